"""Where people outside meet the moderators' desk: reports, appeals, private status pages, and the public figures."""
