"""The workspace's ground floor: who may see a page, the menu, one's own account, members and invitations."""
