#include "lifecycle/shop/product_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace argosy::lifecycle::shop {

namespace {

constexpr std::string_view kTrainWords[] = {
    "Alder",  "Amber",    "Aspen",   "Aurora",  "Badger",   "Basalt",  "Bayside",  "Beacon",
    "Birch",  "Bluff",    "Boulder", "Bramble", "Breeze",   "Brook",   "Canyon",   "Cedar",
    "Cinder", "Cliff",    "Clover",  "Cobalt",  "Comet",    "Copper",  "Coral",    "Cove",
    "Crest",  "Cypress",  "Dawn",    "Delta",   "Dune",     "Eagle",   "Echo",     "Elm",
    "Ember",  "Falcon",   "Fern",    "Finch",   "Fjord",    "Flint",   "Fox",      "Frost",
    "Garnet", "Glacier",  "Glen",    "Granite", "Grove",    "Gull",    "Harbor",   "Harrow",
    "Haven",  "Hawk",     "Hazel",   "Heron",   "Hollow",   "Horizon", "Indigo",   "Iris",
    "Ivy",    "Jasper",   "Juniper", "Kestrel", "Kite",     "Lagoon",  "Larch",    "Lark",
    "Laurel", "Linden",   "Lunar",   "Lynx",    "Magnolia", "Maple",   "Marlin",   "Marble",
    "Mesa",   "Mist",     "Moss",    "Myrtle",  "Nimbus",   "North",   "Nova",     "Oakley",
    "Ocean",  "Onyx",     "Opal",    "Orchid",  "Orion",    "Osprey",  "Otter",    "Pebble",
    "Pine",   "Pioneer",  "Polaris", "Poppy",   "Prairie",  "Quartz",  "Quill",    "Rapid",
    "Raven",  "Redwood",  "Reef",    "Ripple",  "Robin",    "Rowan",   "Sable",    "Saffron",
    "Sage",   "Sierra",   "Silver",  "Slate",   "Sparrow",  "Spruce",  "Sterling", "Stone",
    "Swift",  "Tamarack", "Tempest", "Terra",   "Thistle",  "Thorn",   "Tidal",    "Timber",
    "Topaz",  "Tundra",   "Vale",    "Vesper",  "Violet",   "Willow"};
constexpr std::string_view kEvalWords[] = {
    "Anchor", "Arbor",  "Bison",  "Cascade", "Drift",  "Estuary", "Gable",   "Heath",
    "Isle",   "Jetty",  "Knoll",  "Lantern", "Mallow", "Nettle",  "Outpost", "Pelican",
    "Quarry", "Ravine", "Sorrel", "Teal",    "Umber",  "Wren",    "Yarrow",  "Zephyr"};
constexpr std::string_view kStarts[] = {"Ar",   "Bel", "Cor", "Dra", "El",  "Fen", "Gal", "Hel",
                                        "Is",   "Jor", "Kel", "Lor", "Mar", "Nor", "Or",  "Pel",
                                        "Quin", "Ros", "Sol", "Tor", "Ul",  "Ver", "Wes", "Yor",
                                        "Zan",  "Bri", "Cal", "Dov", "Fal", "Gri"};
constexpr std::string_view kMiddles[] = {"a",   "e",   "i",   "o",   "ane", "eli",
                                         "ori", "ado", "umi", "iva", "era", "osa"};
constexpr std::string_view kEnds[] = {"dan", "fell", "gard", "len",  "mere", "nia", "ra",
                                      "rin", "sby",  "ta",   "ton",  "va",   "vik", "wyn",
                                      "xo",  "zar",  "lo",   "mark", "net",  "ro"};

constexpr std::string_view kOnsets[] = {"",   "b",  "bl", "br", "c",  "ch", "cl", "cr", "d",   "dr",
                                        "f",  "fl", "fr", "g",  "gl", "gr", "h",  "j",  "k",   "kn",
                                        "l",  "m",  "n",  "p",  "ph", "pl", "pr", "qu", "r",   "s",
                                        "sc", "sh", "sk", "sl", "sm", "sn", "sp", "st", "str", "sw",
                                        "t",  "th", "tr", "tw", "v",  "w",  "wh", "y",  "z"};
constexpr std::string_view kVowels[] = {"a",  "e",  "i",  "o",  "u",  "y",  "ai",
                                        "ea", "ee", "ie", "oa", "oo", "ou", "ow"};
constexpr std::string_view kCodas[] = {"",   "",   "b",  "ck", "d",  "ft", "g",  "l",  "ld",
                                       "ll", "m",  "mp", "n",  "nd", "ng", "nk", "nt", "p",
                                       "r",  "rd", "rk", "rm", "rn", "rt", "s",  "sh", "sk",
                                       "ss", "st", "t",  "th", "tt", "w",  "x"};

// Not in a shop window.
constexpr std::string_view kRude[] = {"cock", "dick", "cunt", "fuck", "shit", "slut", "whor",
                                      "rape", "nig",  "fag",  "arse", "anus", "piss", "twat",
                                      "tit",  "cum",  "pus",  "hoo",  "wank", "jap"};

constexpr std::string_view kOpenings[] = {
    "Made to last",       "Simple and sturdy",   "A favourite of our team", "New this season",
    "Designed with care", "Light on the wallet", "Made in small batches",   "Tried and trusted"};
constexpr std::string_view kPraise[] = {
    "Exactly what I was looking for.", "Would buy it again.",
    "Better than the photos.",         "My favourite purchase this year.",
    "Arrived quickly and works well.", "A present that was well received."};
constexpr std::string_view kMixed[] = {"Good, but not perfect.", "Does what it should, no more.",
                                       "Fine for the price.", "Took a while to get used to it."};
constexpr std::string_view kGrumbles[] = {"Not what I hoped for.", "Looks nicer than it is.",
                                          "I sent it back.", "Wore out sooner than expected."};

}  // namespace

std::string FirstWord(Random& random, bool eval) {
    const int draw = random.Between(1, 100);
    if (eval && draw <= 45) return std::string(random.Pick(kEvalWords));
    if (!eval && draw <= 20) return std::string(random.Pick(kTrainWords));
    if (!eval && draw <= 65) {
        std::string word = WildWord(random);
        word[0] = static_cast<char>(word[0] & ~0x20);
        return word;
    }
    std::string word(random.Pick(kStarts));
    if (random.Chance(55)) word += random.Pick(kMiddles);
    return word.append(random.Pick(kEnds));
}

std::string WildWord(Random& random) {
    while (true) {
        std::string word;
        const int syllables = random.Between(1, 3);
        for (int i = 0; i < syllables; ++i) {
            word.append(random.Pick(kOnsets)).append(random.Pick(kVowels));
            word.append(random.Pick(kCodas));
        }
        const auto stands = [&word](std::string_view part) {
            return word.find(part) != std::string::npos;
        };
        if (word.size() > 2 && std::ranges::none_of(kRude, stands)) return word;
    }
}

std::string MakeDescription(Random& random, const Product& product) {
    const std::string_view opening = random.Pick(kOpenings);
    std::string text =
        fmt::format("{}, this {} is a good choice for {}.", opening, product.category, product.use);
    if (!product.material.empty() && random.Chance(50)) {
        text += fmt::format(" The {} kind is the one people ask for.", product.material);
    }
    return text;
}

std::vector<std::string> MakeReviews(Random& random, const Product& product) {
    std::vector<std::string> reviews;
    const int count = random.Between(1, 3);
    for (int i = 0; i < count; ++i) {
        const int mood = product.rating + random.Between(-8, 8);
        std::string_view text;
        if (mood >= 42) {
            text = random.Pick(kPraise);
        } else if (mood >= 34) {
            text = random.Pick(kMixed);
        } else {
            text = random.Pick(kGrumbles);
        }
        reviews.emplace_back(text);
    }
    return reviews;
}

}  // namespace argosy::lifecycle::shop
