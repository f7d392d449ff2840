"""The enterprises' front door (企业版): 基本信息, 人员管理 with every 申报, and the queries (manual 3.2)."""
