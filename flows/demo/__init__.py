"""The demo: invented companies through the registered deployments, judged by what is true of them.

It starts a Prefect server and the deployments in a home of its own, drops the companies' SIE files
into the inbox, waits for the runs, loads one file a second time, and holds what was published
against the generator's own figures.
"""
