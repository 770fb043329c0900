"""Makes `benchmarks` importable: it runs from the project's root and is installed nowhere."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
