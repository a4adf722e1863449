"""The portal: a door for customers, accountants and operators who never see Prefect.

It starts what pipelines and tasks offer, and computes nothing. ``routes`` says how a page is
declared, ``guard`` what stands before each, ``pages`` holds them.
"""
