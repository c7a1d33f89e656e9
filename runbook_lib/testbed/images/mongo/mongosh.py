#!/opt/mongo/bin/python
"""The little of mongosh that health checks use: --eval "db.adminCommand('ping')" and the like."""

import argparse
import re
import sys

from pymongo import MongoClient
from pymongo.errors import PyMongoError

_COMMAND = re.compile(r"db\.(adminCommand|runCommand)\(\s*[{]?\s*['\"]?(\w+)['\"]?.*\)(\.ok)?;?\s*")


def main() -> int:
    parser = argparse.ArgumentParser(prog="mongosh", description=__doc__)
    parser.add_argument("address", nargs="?", default="mongodb://127.0.0.1:27017")
    parser.add_argument("--eval", required=True)
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    found = _COMMAND.fullmatch(options.eval.strip())
    if not found:
        print(f"this stand-in of mongosh cannot evaluate: {options.eval}", file=sys.stderr)
        return 1
    address = options.address if "://" in options.address else f"mongodb://{options.address}"
    try:
        answer = MongoClient(address, serverSelectionTimeoutMS=3000).admin.command(found[2])
    except PyMongoError as error:
        print(f"MongoServerError: {error}", file=sys.stderr)
        return 1
    print(int(answer["ok"]) if found[3] else "{ ok: %d }" % answer["ok"])
    return 0


sys.exit(main())
