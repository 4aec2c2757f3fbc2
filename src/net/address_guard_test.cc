#include "net/address_guard.h"

#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/http_server.h"

namespace argosy {
namespace {

TEST(AddressGuard, KnowsPublicAddresses) {
    for (const char* address :
         {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "192.167.0.1",
          "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"}) {
        EXPECT_TRUE(IsPublicAddress(address)) << address;
    }
}

TEST(AddressGuard, KnowsAddressesOfThisMachineAndItsNetwork) {
    for (const char* address : {"127.0.0.1",
                                "127.9.9.9",
                                "10.1.2.3",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.168.1.1",
                                "169.254.169.254",
                                "100.64.0.1",
                                "0.0.0.0",
                                "224.0.0.1",
                                "255.255.255.255",
                                "192.0.2.1",
                                "::1",
                                "::",
                                "fe80::1",
                                "fe80::1%eth0",
                                "fc00::1",
                                "fd12::1",
                                "ff02::1",
                                "::ffff:127.0.0.1",
                                "::ffff:10.0.0.1",
                                "64:ff9b::7f00:1",
                                "2002:7f00:1::",
                                "2001:db8::1",
                                "::127.0.0.1",
                                "localhost",
                                ""}) {
        EXPECT_FALSE(IsPublicAddress(address)) << address;
    }
}

TEST(AddressGuard, ReadsNumbersAsAddressesInEveryForm) {
    EXPECT_EQ(NumericAddress("127.1"), "127.0.0.1");
    EXPECT_EQ(NumericAddress("0x7f000001"), "127.0.0.1");
    EXPECT_EQ(NumericAddress("2130706433"), "127.0.0.1");
    EXPECT_EQ(NumericAddress("::1"), "::1");
    EXPECT_EQ(NumericAddress("example.com"), "");
}

TEST(AddressGuard, KeepsAClientFromPrivateAddresses) {
    std::atomic<int> asked{0};
    HttpServer server({}, [&](const std::shared_ptr<Exchange>& x) {
        ++asked;
        x->Respond(200, {}, "secret");
    });
    OrThrow(server.Start());
    ClientOptions options;
    options.guard = PublicAddressesOnly();
    HttpClient client(options);
    for (const char* host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.1"}) {
        const auto got = client.Fetch({.url = fmt::format("http://{}:{}/", host, server.port())});
        ASSERT_FALSE(got) << host;
        EXPECT_EQ(got.error().code, ErrorCode::kPermissionDenied) << got.error().ToString();
    }
    EXPECT_EQ(asked, 0);
}

TEST(AddressGuard, IsAskedAgainAtARedirect) {
    HttpServer server({}, [&](const std::shared_ptr<Exchange>& x) {
        if (x->request().path == "/end") return x->Respond(200, {}, "secret");
        const std::string host = x->request().path == "/go" ? "localhost" : "127.0.0.2";
        x->Respond(302, {{"Location", fmt::format("http://{}:{}/end", host, server.port())}}, "");
    });
    OrThrow(server.Start());
    ClientOptions options;
    options.guard = [](const std::string&, const std::string& address) {
        return address != "127.0.0.2";
    };
    HttpClient client(options);
    const auto fetch = [&](std::string_view path) {
        return client.Fetch({.url = fmt::format("http://127.0.0.1:{}{}", server.port(), path)});
    };
    EXPECT_EQ(OrThrow(fetch("/go")).body, "secret");
    const auto refused = fetch("/away");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied);
}

}  // namespace
}  // namespace argosy
