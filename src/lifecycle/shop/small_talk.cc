#include "lifecycle/shop/small_talk.h"

namespace argosy::lifecycle::shop {

const std::vector<SmallTalk>& SmallTalks() {
    static const std::vector<SmallTalk> kTalks{
        {{"Hi", "Hello", "Hello there!", "Good morning", "Good evening!", "Hey", "Hi, how are you?",
          "Greetings", "Good afternoon", "Is anybody there?"},
         "Hello! What are you looking for today?"},
        {{"Thanks", "Thank you!", "Thanks a lot", "Great, thank you.", "That helps, thanks!",
          "Cheers", "Perfect, thank you very much.", "You are a great help"},
         "You are welcome. Is there anything else you are looking for?"},
        {{"Bye", "Goodbye!", "See you", "That is all, bye.", "Have a nice day",
          "Talk to you later"},
         "Goodbye, and thank you for your visit!"},
        {{"Who are you?", "What can you do?", "Are you a robot?", "How can you help me?",
          "What are you here for?"},
         "I am the assistant of this shop. I can find products, compare them and tell you about "
         "them."}};
    return kTalks;
}

const Words& UnsoldGoods(bool eval) {
    static const Words kTrain{
        "car tyres",     "a washing machine", "garden gnomes",    "a lawn mower",
        "printer paper", "cat food",          "a fridge",         "light bulbs",
        "a piano",       "roof tiles",        "swimming goggles", "a fishing rod",
        "paint brushes", "a smartphone",      "concert tickets",  "a dishwasher",
        "running shoes", "motor oil",         "a mattress",       "wallpaper",
        "a telescope",   "garden soil",       "sunscreen",        "toothpaste",
        "a drum kit",    "batteries",         "a vacuum cleaner", "curtains",
        "a hammer",      "dog collars",       "a trampoline",     "perfume",
        "a microscope",  "a rowing boat",     "contact lenses",   "a photo camera",
        "cheese",        "fresh flowers",     "an aquarium",      "a ladder",
        "sewing thread", "a violin",          "a snowboard",      "face cream",
        "a surfboard"};
    static const Words kEval{
        "a tractor",    "bird seed",   "a printer",       "bath towels",
        "a hair dryer", "a saxophone", "bicycle lessons", "garden furniture paint",
        "nail polish",  "a toaster",   "plane tickets",   "a canoe",
        "dog food",     "a drill",     "tennis rackets",  "a fish tank"};
    return eval ? kEval : kTrain;
}

const Words& OffTopicQuestions(bool eval) {
    static const Words kTrain{"What is the capital of France?",
                              "Who won the world cup?",
                              "Write me a poem about the sea.",
                              "What is the weather like tomorrow?",
                              "How do I cook rice?",
                              "Solve 12 times 14.",
                              "Who is the president?",
                              "Tell me a joke.",
                              "What is the meaning of life?",
                              "Translate good night into Spanish.",
                              "How tall is Mount Everest?",
                              "Can you do my homework?",
                              "What year did the war end?",
                              "Recommend me a film.",
                              "How do I fix my computer?",
                              "What is the stock price of gold?",
                              "Who painted the Mona Lisa?",
                              "Give me medical advice about my knee.",
                              "What is the speed of light?",
                              "Write some Python code for me.",
                              "Which party should I vote for?",
                              "How many planets are there?",
                              "What time is it in Tokyo?",
                              "Sing me a song.",
                              "Who wrote Hamlet?",
                              "How do planes fly?",
                              "What should I name my cat?",
                              "Explain quantum physics.",
                              "What is the best restaurant in town?",
                              "How do I learn to swim?",
                              "When does the next train leave?",
                              "Do you believe in ghosts?",
                              "What is your favourite food?",
                              "How old is the universe?",
                              "Can you book me a flight?",
                              "What is the square root of 81?"};
    static const Words kEval{"What is the capital of Norway?",
                             "Who discovered America?",
                             "Write a story about a dragon.",
                             "Will it rain on Sunday?",
                             "How do I bake bread?",
                             "What is 7 plus 35?",
                             "Tell me something funny.",
                             "Translate hello into German.",
                             "How deep is the ocean?",
                             "Which film should I watch tonight?",
                             "Who wrote Faust?",
                             "How do cars work?",
                             "What time is it in Paris?",
                             "Explain black holes."};
    return eval ? kEval : kTrain;
}

}  // namespace argosy::lifecycle::shop
