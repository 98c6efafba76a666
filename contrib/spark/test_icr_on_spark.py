#!/usr/bin/env python3
"""icr on Spark in local mode gives the bytes of one run on one machine.

    pip install pyspark          # needs Java 17 or later
    python contrib/spark/test_icr_on_spark.py target/release/icr
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
STATES = "CA,FL,NY,OH,TX"


def files(folder):
    return {name: open(os.path.join(folder, name), "rb").read() for name in sorted(os.listdir(folder))}


def main():
    icr = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as home:
        path = lambda name: os.path.join(home, name)
        run = lambda *line: subprocess.run(line, check=True)
        run(icr, "synth", "--quiet", "--cases", "2000", "--seed", "16", "--states", STATES, "--fcr-states", "WA",
            "--out", path("world"))
        match = ["--run-date", "20261122", "--fcr", path("world/fcr"), "--ssn-master", path("world/ssn-master.txt"),
                 "--misidentified", path("world/misidentified.txt"), path("world/extracts")]
        run(icr, "match", "--quiet", "--receipts", "--out", path("one"), *match)
        environment = dict(os.environ, SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable)
        subprocess.run(
            [sys.executable, os.path.join(HERE, "icr_on_spark.py"), "--icr", icr, "--out", path("spark"), "--states",
             STATES, "--", "--receipts", *match], check=True, env=environment)
        for kind in ("responses", "receipts"):
            assert files(path(f"one/{kind}")) == files(path(f"spark/{kind}")), kind
        rejects = files(path("one/rejects"))
        # The FCR-derived file's rejects are in no part, as no part answers Washington.
        del rejects["WA.fcr.csv"]
        assert rejects == files(path("spark/rejects"))
        for state in STATES.split(","):
            run(icr, "verify", path(f"spark/parts/{state}"))
    print("the same bytes on Spark and on one machine")


if __name__ == "__main__":
    main()
