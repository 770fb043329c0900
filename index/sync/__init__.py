"""The published archives, brought here whole: where they are, how they come, where they stay."""
