"""Redis and PostgreSQL on loopback with a password, for tests; each in a folder of its own."""
import glob
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from documented import free_port  # noqa: E402

PASSWORD = "a/b:c@d%e"
PASSWORD_IN_URL = "a%2Fb%3Ac%40d%25e"


def wait_for_port(port, process, log):
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(pathlib.Path(log).read_text())


class Server:
    """A process in a new folder, ended by its id."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="argosy-"))
        self.process = None

    def start(self, command, port):
        log = self.folder / "log"
        with open(log, "w") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT,
                                            cwd=self.folder, start_new_session=True)
        wait_for_port(port, self.process, log)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis(Server):
    @staticmethod
    def missing():
        return None if shutil.which("redis-server") else "no redis-server"

    def __init__(self):
        super().__init__()
        port, tls_port = free_port(), free_port()
        self.certificate = self.folder / "cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
            check=True, capture_output=True, cwd=self.folder)
        (self.folder / "redis.conf").write_text(
            f"bind 127.0.0.1\nport {port}\ntls-port {tls_port}\ntls-cert-file cert.pem\n"
            f"tls-key-file key.pem\ntls-auth-clients no\nsave \"\"\nappendonly no\n"
            f"requirepass {PASSWORD}\n")
        self.start(["redis-server", "redis.conf"], port)
        self.url = f"redis://:{PASSWORD_IN_URL}@127.0.0.1:{port}/3"
        self.tls_url = (f"rediss://default:{PASSWORD_IN_URL}@127.0.0.1:{tls_port}/4"
                        f"?ca={self.certificate}")


def postgres_program(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else shutil.which(name)


class Postgres(Server):
    """Refuses to run as root; then it runs as "nobody"."""

    program = staticmethod(postgres_program)

    @staticmethod
    def missing():
        return None if postgres_program("initdb") else "no PostgreSQL server (initdb)"

    def __init__(self):
        super().__init__()
        port = free_port()
        (self.folder / "password").write_text(PASSWORD)
        self.user = []
        if os.geteuid() == 0:
            self.user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, "nobody", "nogroup")
        data = self.folder / "data"
        subprocess.run([*self.user, self.program("initdb"), "-D", data, "-U", "argosy", "-A",
                        "scram-sha-256", "--pwfile", self.folder / "password", "-E", "UTF8",
                        "--locale=C", "--no-sync"], check=True, capture_output=True, cwd="/")
        self.start([*self.user, self.program("postgres"), "-D", data, "-h", "127.0.0.1", "-p",
                    port, "-k", self.folder, "-F"], port)
        self.url = f"postgresql://argosy:{PASSWORD_IN_URL}@127.0.0.1:{port}/postgres"
        self.wait_ready(port)

    def wait_ready(self, port):
        ready = [self.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", port]
        until = time.monotonic() + 60
        while subprocess.run(ready).returncode != 0 and time.monotonic() < until:
            time.sleep(0.1)
