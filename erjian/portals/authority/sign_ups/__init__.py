"""用户注册: requests of enterprises for their first account, decided by the authority they file with."""
