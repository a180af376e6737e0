"""What a platform is, and what is asked of one."""
