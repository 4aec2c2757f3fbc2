"""Runs the suite of session stores over a real Redis (plain and TLS) and a real PostgreSQL."""
import os
import subprocess
import sys
import unittest

import servers

SUITE = os.environ["ARGOSY_ASSISTANT_TEST"]


class Stores(unittest.TestCase):
    def run_suite(self, store, **environment):
        result = subprocess.run([SUITE, f"--gtest_filter=Stores/*/{store}"], text=True,
                                capture_output=True, env={**os.environ, **environment})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertNotIn("SKIPPED", result.stdout)
        self.assertIn("[       OK ]", result.stdout)

    def start(self, kind):
        if kind.missing():
            self.skipTest(kind.missing())
        server = kind()
        self.addCleanup(server.stop)
        return server

    def test_redis(self):
        server = self.start(servers.Redis)
        self.run_suite("redis", ARGOSY_TEST_REDIS=server.url)
        self.run_suite("rediss", ARGOSY_TEST_REDISS=server.tls_url)
        # TLS without the certificate's authority, and a wrong password, are refused.
        for url in (server.tls_url.split("?")[0], server.url.replace("a%2Fb", "wrong")):
            with self.assertRaises(AssertionError):
                self.run_suite("redis", ARGOSY_TEST_REDIS=url)

    def test_postgresql(self):
        server = self.start(servers.Postgres)
        self.run_suite("postgresql", ARGOSY_TEST_POSTGRESQL=server.url)


if __name__ == "__main__":
    program = unittest.main(exit=False)
    if not program.result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if len(program.result.skipped) == program.result.testsRun else 0)
