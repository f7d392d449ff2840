"""依职权办理: what the authority does to a registration by its own decision, and 强制注销 that one side asks for.

A proceeding is not an application: nobody is granted anything, and the person concerned is heard before the decision.
It keeps the same discipline: one table of transitions, one write path, the version a page showed, a timeline, an
audit row, messages and papers in the same transaction. Who proposed never decides.
"""
