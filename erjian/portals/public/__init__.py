"""The public's front door: home page, sign-in, notices, 公示公告, verification, 办事指南. No sign-in needed."""
