"""个人实名认证 in any browser: one question a screen, for people who have no account yet."""
