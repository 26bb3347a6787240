"""`tir-cache`: looks at the compiled code that is kept on disk, and removes it.

tir-cache list              one line an entry, the latest used first
tir-cache clear             remove all entries
tir-cache purge [--days 30] remove those that nobody has used for so long
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from tir.config import config
from tir.runtime.cache import Cache


def main(args: Sequence[str] | None = None) -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(
        prog="tir-cache", description="the compiled code that tir keeps on disk"
    )
    parser.add_argument("--folder", default=config.cache_dir, help="default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show the entries, the latest used first")
    commands.add_parser("clear", help="remove all entries")
    purge = commands.add_parser("purge", help="remove entries that nobody has used lately")
    purge.add_argument("--days", type=float, default=30, help="for how long (default: 30)")
    options = parser.parse_args(args)
    cache = Cache(Path(options.folder).expanduser())
    if options.command == "list":
        _list(cache)
    elif options.command == "clear":
        print(f"removed {cache.clear()} entries")
    else:
        print(f"removed {cache.purge(options.days)} entries")
    return 0


def _list(cache: Cache) -> None:
    entries = sorted(cache.entries(), key=lambda entry: -entry.used)
    for entry in entries:
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.used))
        print(f"{entry.key[:16]}  {entry.size:>9} bytes  used {used}")
    total = sum(entry.size for entry in entries)
    print(f"{len(entries)} entries, {total} bytes, in {cache.folder}")


if __name__ == "__main__":
    raise SystemExit(main())
