"""Convert the fuzzing client of the Autobahn test suite from Python 2 to Python 3.

2to3 does the syntax. The rest follows from one difference: in Python 2 a `str` is bytes. Here it
stays a `str` whose characters are bytes (Latin-1): the cases' sources are read as Latin-1, and
FuzzingProtocol encodes what it sends and decodes what it receives. So the payloads and
expectations of the cases are untouched.

Left out: the other modes of `wstest`, WAMP, and the packages that only those need.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

MODULES = ("caseset.py", "fuzzing.py", "report.py", "_version.py")
FOLDERS = ("case", "testdata")

PY2 = '''\
"""Bytes as in Python 2: a str of characters below 256."""
import binascii


def wire(data):
   return data.encode("latin-1") if isinstance(data, str) else bytes(data)


def text(data):
   return data if isinstance(data, str) else bytes(data).decode("latin-1")


def b2a_hex(data):
   return binascii.b2a_hex(wire(data)).decode()


hexlify = b2a_hex
'''

INIT = """\
from ._version import __version__
version = __version__
"""

MAIN = '''\
"""python -m autobahntestsuite SPEC.json: as `wstest --mode fuzzingclient`."""
import json
import sys

from twisted.internet import reactor

from . import fuzzing

fuzzing.startClient(json.load(open(sys.argv[1])))
reactor.run()
'''

SENDING = """\
class FuzzingProtocol:

   def sendFrame(self, opcode, payload = b"", fin = True, rsv = 0, mask = None,
                 payload_len = None, chopsize = None, sync = False):
      payload = wire(payload)
      if payload_len is not None: # Autobahn 0.10.9 divides here as in Python 2
         whole, rest = divmod(payload_len, len(payload))
         payload = payload * whole + payload[:rest]
      super().sendFrame(opcode, payload, fin, rsv, mask, None, chopsize, sync)

   def sendMessage(self, payload, isBinary = False, **options):
      super().sendMessage(wire(payload), isBinary, **options)

   def sendMessageFrameData(self, payload, sync = False):
      return super().sendMessageFrameData(wire(payload), sync)

   def sendPing(self, payload = None):
      super().sendPing(payload if payload is None else wire(payload))

   def sendCloseFrame(self, code = None, reasonUtf8 = None, isReply = False):
      reason = reasonUtf8 if reasonUtf8 is None else wire(reasonUtf8)
      super().sendCloseFrame(code, reason, isReply)

"""

IN_EVERY_CASE = (
    (r"^# *(-\*-)? *coding.*\n", ""),
    (r"^(\s*)import binascii$", r"\1from .. import py2 as binascii"),
    (r"^import (copy, os, )?pkg_resources, hashlib, binascii$", "IMPORTS"),
    (r"\(object, Case, \)", "(Case, )"),  # Python 3 refuses this order of base classes
)
IMPORTS = "import copy, os, hashlib\nfrom .. import py2 as binascii"

CASE_EDITS = {
    # Pickles of equal values differ in Python 3: they depend on identity.
    "case.py": [("return pickle.dumps(obj1) == pickle.dumps(obj2)", "return obj1 == obj2")],
    "__init__.py": [("from .case9_9_1 import *\n", "")],
    "case6_x_x.py": [
        ("v.validate(vss[:i])", "v.validate(wire(vss[:i]))"),
        ("from .case import Case", "from .case import Case\nfrom ..py2 import wire, text"),
        (".tostring()", ".tobytes()"),
    ],
    "case10_1_1.py": [("len(self.payload) / self", "len(self.payload) // self")],
    "case12_x_x.py": [
        ("   m.update(msg)\n   received", "   msg = wire(msg)\n   m.update(msg)\n   received"),
        ("      msg = ''\n", "      msg = payload[:0]\n"),
        ("from .case import Case", "from .case import Case\nfrom ..py2 import wire"),
        (
            'pkg_resources.resource_filename("autobahntestsuite", ',
            'os.path.join(os.path.dirname(os.path.dirname(__file__)), ',
        ),
    ],
}  # fmt: skip

FUZZING_EDITS = [
    (
        "import os, json, binascii, time, textwrap, pkg_resources",
        "import os, json, time, textwrap\nfrom . import py2 as binascii\n"
        "from .py2 import text as py2text, wire",
    ),
    ("from twisted.python import log, usage", "from twisted.python import log"),
    # What is sent and what is received
    ("class FuzzingProtocol:\n", SENDING),
    ("self.runCase.onMessage(msg, binary)", "self.runCase.onMessage(py2text(msg), binary)"),
    ("self.runCase.onPong(payload)", "self.runCase.onPong(py2text(payload))"),
    ("p = ''.join(payload)", "p = py2text(b''.join(payload))"),
    (
        "(len(payload), asciiLogData(payload))",
        "(len(payload), asciiLogData(py2text(payload)))",
    ),
    (
        "      if len(data) > maxlen - len(ellipses):\n",
        "      data = py2text(data)\n      if len(data) > maxlen - len(ellipses):\n",
    ),
    (
        "return dd.decode('utf8', errors = 'replace' if replace else 'strict')",
        "return wire(dd).decode('utf8', errors = 'replace' if replace else 'strict')",
    ),
    # A report that cannot be written ends the run instead of hanging it.
    (
        "            self.createReports()\n            reactor.stop()",
        "            reactor.callLater(0, reactor.stop)\n            self.createReports()",
    ),
    # Reports are text.
    (
        "open(os.path.join(outdir, report_filename), 'w')",
        "open(os.path.join(outdir, report_filename), 'w', encoding = 'utf8')",
    ),
    ("json.dumps(case, sort_keys = True,", "json.dumps(case, default = py2text, sort_keys = True,"),
    ("ll.encode('utf8')", "ll"),
    (' % (c[0], case[c[0]], c[1])).encode("utf-8"))', " % (c[0], case[c[0]], c[1])))"),
    ('case["httpRequest"].strip()', 'py2text(case["httpRequest"]).strip()'),
    ('case["httpResponse"].strip()', 'py2text(case["httpResponse"]).strip()'),
]


def convert(source: Path, target: Path, *, python: str) -> None:
    """Write the package at `source` to `target`. `python` is an interpreter that has lib2to3.

    Raises ValueError if the source is not the release that this was written for.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in MODULES:
        shutil.copy(source / name, target)
    for name in FOLDERS:
        shutil.copytree(source / name, target / name)
    (target / "__init__.py").touch()  # 2to3 makes imports relative only inside a package
    two_to_three = [python, "-W", "ignore", "-m", "lib2to3", "-w", "-n", "--no-diffs"]
    subprocess.run([*two_to_three, str(target)], check=True, capture_output=True)

    (target / "py2.py").write_text(PY2)
    (target / "__init__.py").write_text(INIT)
    (target / "__main__.py").write_text(MAIN)
    convert_cases(target / "case")
    edit(target / "fuzzing.py", FUZZING_EDITS)
    convert_report(target / "report.py")


def convert_cases(folder: Path) -> None:
    (folder / "case9_9_1.py").unlink()  # in no list of cases
    for path in folder.glob("*.py"):
        content = path.read_text(encoding="utf-8")
        for pattern, new in IN_EVERY_CASE:
            content = re.sub(pattern, new, content, flags=re.M).replace("IMPORTS", IMPORTS)
        # UTF-8 that is read as Latin-1 becomes the bytes that it was.
        path.write_text(f"# -*- coding: latin-1 -*-\n{content}", encoding="utf-8")
    for name, changes in CASE_EDITS.items():
        edit(folder / name, changes)


def convert_report(path: Path) -> None:
    """Leave out the WAMP half, and with it jinja2 and zope.interface."""
    content = re.sub(r"\n(import|from) zope\.interface.*", "", path.read_text(), flags=re.S)
    path.write_text(content.replace("import jinja2\n", ""))


def edit(path: Path, changes: list[tuple[str, str]]) -> None:
    content = path.read_text(encoding="utf-8")
    for old, new in changes:
        if old not in content:
            raise ValueError(f"{path.name} has no {old!r}")
        content = content.replace(old, new)
    path.write_text(content, encoding="utf-8")
