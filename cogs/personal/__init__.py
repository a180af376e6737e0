"""What members keep for themselves: notes, dates, reminders, people, thanks."""
