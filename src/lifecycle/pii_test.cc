#include "lifecycle/pii.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace argosy::lifecycle {
namespace {

TEST(Pii, MasksEachKindWhereverItStands) {
    const std::pair<const char*, const char*> cases[] = {
        {"Write to jane.doe+shop@mail.example.co.uk.", "Write to [EMAIL]."},
        {"<bob@example.com>, thanks", "<[EMAIL]>, thanks"},
        {"card 4111 1111 1111 1111, exp 12/30", "card [CARD], exp 12/30"},
        {"378282246310005", "[CARD]"},
        {"IBAN DE89 3704 0044 0532 0130 00 AND more", "IBAN [IBAN] AND more"},
        {"GB82WEST12345698765432", "[IBAN]"},
        {"SSN: 123-45-6789.", "SSN: [SSN]."},
        {"from 203.0.113.9:443", "from [IP]:443"},
        {"call +44 20 7946 0958 now", "call [PHONE] now"},
        {"call (415) 555-2671 or 415.555.2671", "call [PHONE] or [PHONE]"},
        {"020 7946 0958", "[PHONE]"},
    };
    for (const auto& [text, masked] : cases) {
        EXPECT_EQ(MaskPii(text), masked);
    }
}

TEST(Pii, LeavesWhatOnlyLooksLikeIt) {
    for (const char* text : {
             "4111 1111 1111 1112",     // Luhn
             "DE89370400440532013001",  // mod 97
             "666-12-3456",
             "123-00-4567",  // no such number
             "256.1.1.1",
             "1.2.3.4.5",
             "127.0.0.1",
             "version 1.2.3",
             "order 20241115-00042",
             "2026-11-24 22:47",
             "$1,299.00",
             "size 10-12",
             "user@localhost",
             "a @ b",
             "@handle",
             "ABCD1234",
             "6666666666666666",
         }) {
        EXPECT_EQ(FindPii(text).size(), 0u) << text;
    }
}

TEST(Pii, TellsKindAndPlace) {
    const auto found = FindPii("a@b.io 123-45-6789");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0], (PiiMatch{PiiKind::kEmail, 0, 6}));
    EXPECT_EQ(found[1], (PiiMatch{PiiKind::kSsn, 7, 11}));
}

RC_GTEST_PROP(Pii, NothingIsLeftAfterMasking, ()) {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("0123456789  ..--@abDE+()/")));
    RC_ASSERT(FindPii(MaskPii(text)).empty());
}

}  // namespace
}  // namespace argosy::lifecycle
