"""Where files wait for us: the inbox folders of this machine, and folders on SFTP servers."""
