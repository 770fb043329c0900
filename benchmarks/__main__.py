"""`python -m benchmarks`."""

if __name__ == "__main__":
    # Processes that are spawned read this file too: what it imports would be in their memory.
    from benchmarks.commands import main

    main(prog_name="python -m benchmarks")
