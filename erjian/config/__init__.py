"""How the rooms are put together and started: settings, addresses, the web and worker processes, the operator's tool.

Nothing else imports this package.
"""
