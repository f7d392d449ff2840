"""Who may enter, and what they may do: users, functions granted at an authority, sign-in and sessions.

A user is one of three kinds. A *person* acts for themself; an *enterprise operator* for one enterprise; an
*officer* for one authority (a city or the province) within the functions granted there. What any of them may
see follows from that alone and is applied by each room's `visible_to(user)`.
"""
