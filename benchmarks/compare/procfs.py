"""What the kernel knows about a process and its children: processor time and memory."""

import os

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        return stat.read().rsplit(")", 1)[1].split()


def tree(pid):
    """The process and everything that descends from it, itself first."""
    pids = [pid]
    for parent in pids:
        for task in os.listdir(f"/proc/{parent}/task"):
            try:
                with open(f"/proc/{parent}/task/{task}/children", encoding="ascii") as children:
                    pids.extend(int(child) for child in children.read().split())
            except OSError:
                pass  # A thread that ended meanwhile.
    return pids


def cpu_seconds(pid):
    """utime + stime of the tree, and of children that are gone; (user, system)."""
    user = system = 0
    for each in tree(pid):
        fields = _stat(each)
        # Fields 14 to 17 of proc(5); the first two are cut off above.
        user += int(fields[11]) + int(fields[13])
        system += int(fields[12]) + int(fields[14])
    return user / TICKS, system / TICKS


def _sum_of(pid, file, key):
    total = 0
    for each in tree(pid):
        with open(f"/proc/{each}/{file}", encoding="ascii", errors="replace") as lines:
            total += next((int(line.split()[1]) for line in lines if line.startswith(key)), 0)
    return total


def rss_kib(pid):
    return _sum_of(pid, "status", "VmRSS:")


def peak_kib(pid):
    return _sum_of(pid, "status", "VmHWM:")


def pss_kib(pid):
    """Resident memory with shared pages divided among those who share them."""
    return _sum_of(pid, "smaps_rollup", "Pss:")
