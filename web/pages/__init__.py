"""The pages people read: home, results, help, what this site is and holds."""
