"""实名认证 at an office: faces that an officer compares, and people who come to the counter."""
