"""数据导入: the province loads spreadsheets into the register, always with a look at the result first."""
