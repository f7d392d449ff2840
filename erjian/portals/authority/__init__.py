"""The authorities' front door (主管单位版): the desk, cases, the register as officers see it, and what is due."""
