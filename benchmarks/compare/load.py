"""The load generator and backend: one Java process, pinned, that takes a command a line."""

import subprocess


class Load:
    def __init__(self, java, jar, cores, prefix=()):
        self.process = subprocess.Popen(
            [*prefix, "taskset", "-c", cores, java, "-Xms256m", "-Xmx1g", "-XX:+UseSerialGC",
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
