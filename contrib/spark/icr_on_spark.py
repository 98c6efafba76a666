#!/usr/bin/env python3
"""One run of icr on Apache Spark: one task per state, each `icr match --for STATE`.

Every task reads all extracts and answers one state (decision 0044), so the inputs and the folder of
the parts must be on storage that every executor mounts at the same path, and icr must be installed on
every executor. The driver then brings the parts together:

    spark-submit --conf spark.task.cpus=4 icr_on_spark.py --out /shared/runs/20261122 \
        --states CA,FL,NY,OH,TX,WA -- --run-date 20261122 --fcr /shared/in/fcr /shared/in/extracts

What follows `--` is handed to `icr match`; --out, --for and --threads are given by this script.
The responses are byte for byte those of one run on one machine. Exit status: the gravest of the parts.
"""

import argparse
import os
import shutil
import subprocess
import sys


def arguments():
    parser = argparse.ArgumentParser(description="icr match on Apache Spark, one task per state")
    parser.add_argument("--out", required=True, help="folder that is made; holds parts/<USPS> and the union")
    parser.add_argument("--states", required=True, help="the states that submit, with commas")
    parser.add_argument("--icr", default="icr", help="the program on every executor")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("SPARK_TASK_CPUS", "1")))
    parser.add_argument("match", nargs="+", help="options and extracts of icr match, after --")
    return parser.parse_args()


def part(icr, threads, out, match):
    """The task: answers one state; gives its status and the last lines of stderr, which hold no person."""

    def run(state):
        folder = os.path.join(out, "parts", state)
        # A task that Spark starts again replaces what the lost one left.
        line = [icr, "match", "--quiet", "--force", "--threads", str(threads), "--for", state, "--out", folder]
        done = subprocess.run(line + match, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        return state, done.returncode, done.stderr.decode("utf-8", "replace")[-2000:]

    return run


def union(out, states):
    """Brings the files of all parts together; no name can come twice."""
    for state in states:
        source = os.path.join(out, "parts", state)
        for kind in ("responses", "rejects", "receipts", "changes", "leads"):
            folder = os.path.join(source, kind)
            if not os.path.isdir(folder):
                continue
            os.makedirs(os.path.join(out, kind), mode=0o700, exist_ok=True)
            for name in sorted(os.listdir(folder)):
                target = os.path.join(out, kind, name)
                if os.path.exists(target):
                    raise SystemExit(f"{kind}/{name} comes from two parts")
                shutil.copy2(os.path.join(folder, name), target)


def main():
    from pyspark.sql import SparkSession

    asked = arguments()
    states = [state for state in asked.states.split(",") if state]
    os.makedirs(os.path.join(asked.out, "parts"), mode=0o700)
    spark = SparkSession.builder.appName("icr match").getOrCreate()
    try:
        tasks = spark.sparkContext.parallelize(states, len(states))
        done = tasks.map(part(asked.icr, asked.threads, asked.out, asked.match)).collect()
    finally:
        spark.stop()
    for state, status, said in done:
        if said:
            print(f"{state}: {said}", file=sys.stderr, end="" if said.endswith("\n") else "\n")
    worst = max(status for _, status, _ in done)
    if worst in (0, 1):
        union(asked.out, states)
    return worst


if __name__ == "__main__":
    sys.exit(main())
