"""Who may talk to the daemon, and how much: origins, hosts, tokens, sessions and limits.

`origins`, `tokens`, `limits` and `sessions` are policy alone: no sockets, no files, the clock is passed in. `access`
puts them together for one caller; `door` and `middleware` hold real connections and requests to it.
"""
