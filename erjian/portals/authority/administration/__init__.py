"""Accounts of officers, delegation for an absence, and the trail that audit administrators read."""
