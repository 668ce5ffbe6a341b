"""Judging on the machines of a dask.distributed cluster: the workers judge, the coordinator alone keeps the books."""
