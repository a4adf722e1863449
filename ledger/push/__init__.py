"""Pushing one document exactly once: what is known of it, what happens to it, what comes next.

Pure: `items` holds the values that the hub stores, `events` what can happen, `advance` the rules.
Decision 0020 has the reasons and the table of crashes.
"""
