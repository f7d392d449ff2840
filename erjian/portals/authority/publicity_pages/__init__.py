"""The province's pages for 公示, 公告, objections and notices."""
