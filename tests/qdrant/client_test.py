"""Qdrant's own Python client against our face, and the same calls against the client's local mode
(Qdrant's semantics in Python): both must give the same."""
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest
import uuid
import warnings

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

SERVER = os.environ["FACE_SERVER"]
SIZE = 8


class Face:
    """The server, with a store in a folder of its own."""

    def __init__(self, *arguments, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="argosy-face-")
        self.process = subprocess.Popen([SERVER, self.folder, *arguments], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def stop(self, keep=False):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(timeout=60) == 0
        if not keep:
            shutil.rmtree(self.folder)


def make_points(count):
    dice = random.Random(7)
    points = []
    for n in range(count):
        sparse = sorted(dice.sample(range(40), 6))
        points.append(models.PointStruct(
            id=n if n % 3 else str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            vector={"dense": [dice.gauss(0, 1) for _ in range(SIZE)],
                    "words": models.SparseVector(indices=sparse,
                                                 values=[dice.random() for _ in sparse])},
            payload={"n": n, "color": dice.choice(["red", "blue", "green"]), "tags": ["a", "b"][:n % 3],
                     "nested": {"deep": n % 5}}))
    return points


def create(client, name="shop"):
    client.create_collection(
        name, vectors_config={"dense": models.VectorParams(size=SIZE, distance=models.Distance.COSINE)},
        sparse_vectors_config={"words": models.SparseVectorParams(modifier=models.Modifier.IDF)})


class Client(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.face = Face()
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of versions that do not fit
            cls.client = QdrantClient(url=cls.face.url)
        cls.local = QdrantClient(":memory:")
        cls.points = make_points(60)
        for client in (cls.client, cls.local):
            create(client)
            client.upsert("shop", cls.points)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.face.stop()

    def same(self, call, scores=True):
        """The call gives the same of both; what ours gave."""
        ours, theirs = call(self.client), call(self.local)
        self.assertEqual([p.id for p in ours], [p.id for p in theirs])
        self.assertEqual([p.payload for p in ours], [p.payload for p in theirs])
        if scores:
            for a, b in zip(ours, theirs):
                # Ours is of vectors kept at 16 bits a number.
                self.assertAlmostEqual(a.score, b.score, delta=1e-4 * max(1, abs(b.score)))
        self.assertTrue(ours)
        return ours

    def query(self, scores=True, **arguments):
        return self.same(lambda c: c.query_points("shop", **arguments).points, scores)

    def test_collections(self):
        self.assertTrue(self.client.collection_exists("shop"))
        self.assertFalse(self.client.collection_exists("none"))
        self.assertIn("shop", [c.name for c in self.client.get_collections().collections])
        info = self.client.get_collection("shop")
        self.assertEqual(info.points_count, len(self.points))
        self.assertEqual(info.config.params.vectors["dense"].size, SIZE)
        self.assertEqual(info.config.params.sparse_vectors["words"].modifier, models.Modifier.IDF)
        with self.assertRaises(UnexpectedResponse) as refused:
            create(self.client)
        self.assertEqual(refused.exception.status_code, 409)
        self.assertIn("already exists", refused.exception.structured()["status"]["error"])
        create(self.client, "gone")
        self.assertTrue(self.client.delete_collection("gone"))
        self.assertFalse(self.client.delete_collection("gone"))

    def test_dense_queries(self):
        vector = [0.1 * i - 0.3 for i in range(SIZE)]
        self.query(query=vector, using="dense", limit=7)
        self.query(query=vector, using="dense", limit=5, offset=4, with_payload=["n", "color"])
        self.query(query=vector, using="dense", limit=60, score_threshold=0.2)
        self.query(query=self.points[1].id, using="dense", limit=4)
        point = self.query(query=vector, using="dense", limit=1, with_vectors=True)[0]
        want = self.local.retrieve("shop", [point.id], with_vectors=True)[0]
        for a, b in zip(point.vector["dense"], want.vector["dense"]):
            self.assertAlmostEqual(a, b, places=5)
        self.assertEqual(point.vector["words"].indices, want.vector["words"].indices)

    def test_filters(self):
        key = lambda name, **test: models.FieldCondition(key=name, **test)
        for condition in (
                key("color", match=models.MatchValue(value="red")),
                key("n", match=models.MatchAny(any=[3, 5, 50])),
                key("color", match=models.MatchExcept(**{"except": ["red", "blue"]})),
                key("n", range=models.Range(gte=10, lt=25)),
                key("nested.deep", match=models.MatchValue(value=2)),
                key("tags", match=models.MatchValue(value="b")),
                models.IsEmptyCondition(is_empty=models.PayloadField(key="tags")),
                models.HasIdCondition(has_id=[1, 2, self.points[0].id, self.points[3].id])):
            for where in ("must", "must_not", "should"):
                chosen = models.Filter(**{where: [condition]})
                with self.subTest(condition=condition, where=where):
                    self.query(query=[1.0] * SIZE, using="dense", query_filter=chosen, limit=9)
                    self.query(query=models.SparseVector(indices=[1, 2, 3, 4, 30], values=[1] * 5),
                               using="words", query_filter=chosen, limit=9)
                    self.assertEqual(self.client.count("shop", chosen).count,
                                     self.local.count("shop", chosen).count)

    def test_sparse_queries_and_fusion(self):
        dense = [0.5 - 0.1 * i for i in range(SIZE)]
        words = models.SparseVector(indices=[3, 9, 17, 28], values=[1.0, 0.5, 2.0, 0.25])
        self.query(query=words, using="words", limit=12)
        prefetch = [models.Prefetch(query=dense, using="dense", limit=15),
                    models.Prefetch(query=words, using="words", limit=15)]
        fused = lambda c: {p.id: p.score for p in c.query_points(
            "shop", prefetch=prefetch, query=models.FusionQuery(fusion=models.Fusion.RRF),
            limit=30).points}
        ours, theirs = fused(self.client), fused(self.local)
        self.assertEqual(ours.keys(), theirs.keys())  # of equal scores any may be first
        for id_ in ours:
            self.assertAlmostEqual(ours[id_], theirs[id_], places=5)
        weighted = lambda c: {p.id: p.score for p in c.query_points(
            "shop", prefetch=prefetch, query=models.RrfQuery(rrf=models.Rrf(k=10, weights=[3.0, 1.0])),
            limit=30).points}
        ours, theirs = weighted(self.client), weighted(self.local)
        for id_ in theirs:
            self.assertAlmostEqual(ours[id_], theirs[id_], places=5)
        # The prefetch's points in the order of another vector.
        self.query(prefetch=models.Prefetch(query=words, using="words", limit=8), query=dense,
                   using="dense", limit=5)

    def test_batches_of_queries(self):
        requests = [models.QueryRequest(query=[1.0] * SIZE, using="dense", limit=3),
                    models.QueryRequest(query=[-1.0] * SIZE, using="dense", limit=2, with_payload=True)]
        ours = self.client.query_batch_points("shop", requests)
        theirs = self.local.query_batch_points("shop", requests)
        self.assertEqual([[p.id for p in r.points] for r in ours],
                         [[p.id for p in r.points] for r in theirs])

    def test_retrieve_and_scroll(self):
        ids = [5, self.points[0].id, 4, 999]
        ours = {p.id: p.payload for p in self.client.retrieve("shop", ids)}
        self.assertEqual(ours, {p.id: p.payload for p in self.local.retrieve("shop", ids)})
        self.assertEqual(len(ours), 3)
        for chosen in (None, models.Filter(must=[models.FieldCondition(
                key="color", match=models.MatchValue(value="blue"))])):
            pages, offset = [], None
            while True:
                page, offset = self.client.scroll("shop", chosen, limit=7, offset=offset)
                pages.append([p.id for p in page])
                if offset is None:
                    break
                self.assertEqual(len(page), 7)
            seen = [id_ for page in pages for id_ in page]
            self.assertEqual(len(seen), len(set(seen)))
            self.assertEqual(len(seen), self.local.count("shop", chosen).count)
            numbers = [id_ for id_ in seen if isinstance(id_, int)]
            self.assertEqual(seen, sorted(numbers) + sorted(i for i in seen if isinstance(i, str)))

    def test_changes(self):
        for client in (self.client, self.local):
            create(client, "edit")
            client.upload_points("edit", self.points[:20], wait=True)
            client.upsert("edit", models.Batch(
                ids=[100, 101], payloads=[{"n": 100}, {"n": 101}],
                vectors={"dense": [[1.0] * SIZE, [2.0] + [0.0] * (SIZE - 1)]}))
            client.set_payload("edit", {"color": "gold", "new": [1, 2]}, points=[1, 2, 100])
            client.overwrite_payload("edit", {"only": True}, points=[4])
            client.delete_payload("edit", ["color"], points=models.Filter(must=[
                models.FieldCondition(key="n", range=models.Range(gte=7, lte=11))]))
            client.clear_payload("edit", points_selector=[13])
            client.delete("edit", [5, self.points[0].id])
            client.delete("edit", models.Filter(must=[models.FieldCondition(
                key="n", range=models.Range(gt=15, lt=18))]))
            client.batch_update_points("edit", [
                models.UpsertOperation(upsert=models.PointsList(points=[self.points[30]])),
                models.SetPayloadOperation(set_payload=models.SetPayload(payload={"z": 1}, points=[1])),
                models.DeleteOperation(delete=models.PointIdsList(points=[2]))])
        read = lambda c: {p.id: p.payload for p in c.scroll("edit", limit=100)[0]}
        ours = read(self.client)
        self.assertEqual(ours, read(self.local))
        self.assertEqual(ours[1]["z"], 1)
        # What was changed is found as it is now.
        gold = models.Filter(must=[models.FieldCondition(key="color",
                                                         match=models.MatchValue(value="gold"))])
        self.assertEqual(self.client.count("edit", gold).count, 2)
        self.assertEqual(self.client.create_payload_index("edit", "color", "keyword").status,
                         models.UpdateStatus.COMPLETED)

    def test_other_distances_and_a_vector_without_a_name(self):
        for distance in (models.Distance.DOT, models.Distance.EUCLID):
            for client in (self.client, self.local):
                if client.collection_exists("plain"):
                    client.delete_collection("plain")
                client.create_collection(
                    "plain", vectors_config=models.VectorParams(size=2, distance=distance))
            points = [models.PointStruct(id=n, vector=[n, n * n / 3], payload={}) for n in range(9)]
            for client in (self.client, self.local):
                client.upsert("plain", points)
            query = lambda c: c.query_points("plain", query=[2.5, 1.0], limit=9).points
            self.same(query)
            between = query(self.local)[3:5]
            least = (between[0].score + between[1].score) / 2
            self.same(lambda c: c.query_points("plain", query=[2.5, 1.0], limit=9,
                                               score_threshold=least).points)
            self.assertEqual(self.client.retrieve("plain", [3], with_vectors=True)[0].vector, [3, 3])

    def test_snapshots(self):
        made = self.client.create_snapshot("shop")
        self.assertGreater(made.size, 0)
        self.assertIn(made.name, [s.name for s in self.client.list_snapshots("shop")])
        import httpx
        url = f"{self.face.url}/collections/shop/snapshots/{made.name}"
        data = httpx.get(url).content
        self.assertEqual(len(data), made.size)
        sent = httpx.post(f"{self.face.url}/collections/copy/snapshots/upload",
                          files={"snapshot": ("x.snapshot", data)})
        self.assertEqual(sent.json()["result"], True, sent.text)
        self.assertEqual(self.client.count("copy").count, len(self.points))
        found = lambda name: [p.id for p in self.client.query_points(
            name, query=models.SparseVector(indices=[3, 9], values=[1, 1]), using="words").points]
        self.assertEqual(found("copy"), found("shop"))
        # Over what is there, from the server's own folder.
        self.client.delete("copy", [1, 2, 4])
        file = pathlib.Path(self.face.folder) / "snapshots" / "shop" / made.name
        self.assertTrue(self.client.recover_snapshot("copy", f"file://{file}"))
        self.assertEqual(self.client.count("copy").count, len(self.points))
        # A broken one costs nothing, and no file elsewhere is read.
        broken = httpx.post(f"{self.face.url}/collections/copy/snapshots/upload",
                            files={"snapshot": ("x.snapshot", data[:5000])})
        self.assertEqual(broken.status_code, 400, broken.text)
        self.assertEqual(self.client.count("copy").count, len(self.points))
        for location in ("file:///etc/passwd", f"file://{self.face.folder}/snapshots/../store/lock",
                         "http://127.0.0.1:1/x"):
            with self.assertRaises(UnexpectedResponse):
                self.client.recover_snapshot("copy", location)
        self.assertEqual(httpx.get(f"{self.face.url}/collections/shop/snapshots/..%2F..%2Fstore").status_code,
                         404)
        self.assertTrue(self.client.delete_snapshot("shop", made.name))
        self.assertEqual(httpx.get(url).status_code, 404)

    def test_errors_say_what_is_wrong(self):
        for call, status, words in (
                (lambda c: c.count("none"), 404, "doesn't exist"),
                (lambda c: c.query_points("shop", query=[1.0], using="dense"), 400, "expected dim: 8, got 1"),
                (lambda c: c.query_points("shop", query=[1.0] * SIZE, using="other"), 400, "other"),
                (lambda c: c.upsert("shop", [models.PointStruct(id=1, vector={"dense": [1.0]})]), 400,
                 "points[0]"),
                (lambda c: c.query_points("shop", query=models.OrderByQuery(order_by="n")), 400, "order_by"),
                (lambda c: c.query_points("shop", query=models.FusionQuery(fusion="dbsf"), prefetch=[]),
                 400, "rrf"),
                (lambda c: c.create_collection("m", {"a": models.VectorParams(size=2, distance="Cosine"),
                                                     "b": models.VectorParams(size=2, distance="Dot")}),
                 400, "one dense vector"),
                (lambda c: c.create_collection("m", models.VectorParams(size=2, distance="Manhattan")),
                 400, "distance")):
            with self.assertRaises(UnexpectedResponse) as refused:
                call(self.client)
            self.assertEqual(refused.exception.status_code, status, refused.exception)
            self.assertIn(words, refused.exception.structured()["status"]["error"])

    def test_health(self):
        import httpx
        for path in ("/", "/healthz", "/readyz", "/livez"):
            self.assertEqual(httpx.get(self.face.url + path).status_code, 200)


class Keys(unittest.TestCase):
    def test_only_with_the_key(self):
        face = Face("s3cret")
        try:
            for key in (None, "wrong!", "s3cre"):
                client = QdrantClient(url=face.url, api_key=key, check_compatibility=False)
                with self.assertRaises(UnexpectedResponse) as refused:
                    client.get_collections()
                self.assertEqual(refused.exception.status_code, 401)
                self.assertNotIn("s3cret", str(refused.exception))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a key without TLS
                client = QdrantClient(url=face.url, api_key="s3cret")
            self.assertEqual(client.get_collections().collections, [])
        finally:
            face.stop()


class Restart(unittest.TestCase):
    def test_all_is_there_after_a_restart(self):
        face = Face()
        client = QdrantClient(url=face.url)
        create(client)
        client.upsert("shop", make_points(30))
        ask = lambda: [(p.id, round(p.score, 5)) for p in client.query_points(
            "shop", query=models.SparseVector(indices=list(range(9)), values=[1] * 9), using="words",
            limit=20).points]
        before = ask()
        face.stop(keep=True)
        face = Face(folder=face.folder)
        try:
            client = QdrantClient(url=face.url)
            self.assertEqual(ask(), before)
            self.assertEqual(client.count("shop").count, 30)
        finally:
            face.stop()


if __name__ == "__main__":
    unittest.main()
