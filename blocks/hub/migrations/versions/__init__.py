"""One file a revision, named ``v<revision>_<what>.py``; never changed once released."""
