"""不予注册、锁定、继续教育学时: what the authority adds to the register by hand, and ends with a reason."""
