"""What the public is told and may object to: 公示, 异议, 公告, and notices (通知公告).

A batch collects cases. A publicity batch shows them for some days; a real-name objection holds one row while
the rest goes on. An announcement batch applies each case's effect in a transaction of its own, resumably; its
page appears once, when every case is done or listed as failed.
"""
