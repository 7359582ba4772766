"""The load generator and backend: one Java process, pinned, that takes a command a line."""

import os
import subprocess

# The kernel cuts names off. Of the JVM's own threads only the one that the event loop waits for at a safepoint.
EVENT_LOOP = "multiThreadIoEv"
SAFEPOINTS = "VM Thread"


class Load:
    def __init__(self, java, jar, cores):
        self.process = subprocess.Popen(
            ["taskset", "-c", cores, java, "-Xms256m", "-Xmx1g", "-XX:+UseSerialGC",
             "-cp", jar, "io.sallyport.benchmarks.load.LoadTool"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def ask(self, command, **words):
        line = " ".join([command] + [f"{key}={value}" for key, value in words.items()])
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer or answer[0] != "ok":
            raise RuntimeError(f"{line}: {' '.join(answer) or 'the load generator is gone'}")
        pairs = (word.split("=", 1) for word in answer[1:])
        return {key: number(value) for key, value in pairs}

    def real_time(self, priority):
        """For its event loop, once that has worked. A JVM's compiler at the same priority would hold it up for longest of all."""
        tasks = f"/proc/{self.process.pid}/task"
        found = set()
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/comm", encoding="utf-8") as comm:
                name = comm.read().strip()
            if name in (EVENT_LOOP, SAFEPOINTS):
                os.sched_setscheduler(int(task), os.SCHED_FIFO, os.sched_param(priority))
                found.add(name)
        if len(found) < 2:
            raise RuntimeError(f"no event loop and virtual machine among the threads: {found}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def number(text):
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
