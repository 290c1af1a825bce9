"""The virtual cluster: the scheduler's policies and claim rules in simulated time.

`engine` runs a `workload` on a `cluster` under a policy, without processes and without a database.
`swf` and `jsonformat` read workloads, `generators` makes them, `measures` evaluates a run,
`experiment` compares policies, and `command` is `manage.py simulate`. Times are integer
milliseconds.
"""
