"""One case on its way: the application, its data versions, materials, opinions, clocks and letters.

`workflow.TRANSITIONS` is the one table of what may happen; `engine.perform` the one way in which it happens:
guard, transaction, row lock, change, timeline row, audit row, messages and jobs. Pages, batches, robots and the
command line all go through `actions`, which only name a transition and hand over its data.
"""
