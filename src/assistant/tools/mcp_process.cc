// An MCP server as a child process: one JSON message a line on its standard streams.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <future>
#include <mutex>
#include <thread>

#include "assistant/tools/mcp_transport.h"

namespace argosy::assistant {

namespace {

using namespace std::chrono_literals;
constexpr auto kEndWait = 2s;  // for the process to end by itself
constexpr auto kLook = 20ms;

class Descriptor {
  public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() { Close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }
    void Close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

  private:
    int fd_;
};

// Starts the command with `fd` as its standard input and output; its errors go where ours go.
Result<pid_t> Spawn(const McpProcessOptions& options, int fd) {
    std::vector<std::string> env;
    for (const char* name : {"PATH", "HOME"}) {
        if (const char* value = std::getenv(name)) env.push_back(fmt::format("{}={}", name, value));
    }
    for (const auto& [name, value] : options.env) env.push_back(fmt::format("{}={}", name, value));
    std::vector<char*> argv, envp;
    std::vector<std::string> command = options.command;
    for (std::string& word : command) argv.push_back(word.data());
    for (std::string& entry : env) envp.push_back(entry.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);  // ours has signals blocked
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t pid = 0;
    const int error = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), envp.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error == 0) return pid;
    return Err(ErrorCode::kUnavailable, "cannot start '{}': {}", options.command[0],
               std::generic_category().message(error));
}

class ProcessTransport final : public McpTransport {
  public:
    ProcessTransport(int fd, pid_t pid, const McpProcessOptions& options)
        : socket_(fd), pid_(pid), name_(options.command[0]), max_bytes_(options.max_message_bytes) {
        reader_ = std::thread([this] { Read(); });
    }

    ~ProcessTransport() override {
        ::shutdown(socket_.get(), SHUT_WR);  // the end of its input tells it to end
        Reap();
        ::shutdown(socket_.get(), SHUT_RDWR);
        reader_.join();
    }

    Result<json::value> Request(std::string method, json::object params,
                                std::chrono::milliseconds timeout, std::stop_token stop) override {
        const auto until = std::chrono::steady_clock::now() + timeout;
        std::future<Result<RpcMessage>> answer;
        int64_t id = 0;
        {
            const std::scoped_lock lock(mutex_);
            if (ended_) return Gone();
            id = next_id_++;
            answer = pending_[id].get_future();
        }
        auto sent = Send(RpcRequest(id, std::move(method), std::move(params)), until);
        while (sent && answer.wait_for(kLook) != std::future_status::ready) {
            if (stop.stop_requested()) {
                sent = Err(ErrorCode::kCancelled, "the call was cancelled");
            } else if (std::chrono::steady_clock::now() >= until) {
                sent = Err(ErrorCode::kDeadlineExceeded, "'{}' gave no answer within {} ms", name_,
                           timeout.count());
            }
        }
        if (!sent) {
            [[maybe_unused]] const auto told =
                Send(RpcNotification("notifications/cancelled", {{"requestId", id}}), until);
            const std::scoped_lock lock(mutex_);
            pending_.erase(id);
            return std::unexpected(std::move(sent.error()));
        }
        ARGOSY_TRY(RpcMessage message, answer.get());
        return ResultOf(std::move(message));
    }

    Result<void> Notify(std::string method, json::object params) override {
        return Send(RpcNotification(std::move(method), std::move(params)),
                    std::chrono::steady_clock::now() + kEndWait);
    }

  private:
    std::unexpected<Error> Gone() const {
        return Err(ErrorCode::kUnavailable, "the MCP server '{}' has ended", name_);
    }

    Result<void> Send(const RpcMessage& message, std::chrono::steady_clock::time_point until) {
        const std::string line = FormatRpc(message) + "\n";
        const std::scoped_lock lock(write_mutex_);
        size_t sent = 0;
        while (sent < line.size()) {
            const ssize_t bytes = ::send(socket_.get(), line.data() + sent, line.size() - sent,
                                         MSG_NOSIGNAL | MSG_DONTWAIT);
            if (bytes > 0) sent += static_cast<size_t>(bytes);
            if (bytes > 0 || errno == EINTR) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) return Gone();
            if (std::chrono::steady_clock::now() >= until) {
                return Err(ErrorCode::kDeadlineExceeded, "'{}' does not read", name_);
            }
            pollfd ready{socket_.get(), POLLOUT, 0};
            ::poll(&ready, 1, static_cast<int>(kLook.count()));
        }
        return {};
    }

    void Read() {
        std::string input;
        char bytes[16 << 10];
        while (input.size() <= max_bytes_) {
            const ssize_t got = ::recv(socket_.get(), bytes, sizeof bytes, 0);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) break;
            input.append(bytes, static_cast<size_t>(got));
            size_t from = 0;
            for (size_t end; (end = input.find('\n', from)) != std::string::npos; from = end + 1) {
                Take(std::string_view(input).substr(from, end - from));
            }
            input.erase(0, from);
        }
        const std::scoped_lock lock(mutex_);
        ended_ = true;
        for (auto& [id, promise] : pending_) promise.set_value(Gone());
        pending_.clear();
    }

    void Take(std::string_view line) {
        auto message = ParseRpc(line);
        if (!message) return;  // a server that prints other things is common; it is passed over
        if (message->kind == RpcMessage::Kind::kRequest) return Reply(*message);
        if (!message->id.is_int64()) return;
        const std::scoped_lock lock(mutex_);
        const auto found = pending_.find(message->id.as_int64());
        if (found == pending_.end()) return;
        found->second.set_value(std::move(*message));
        pending_.erase(found);
    }

    // A server may ask too; we offer nothing but an answer to "ping".
    void Reply(const RpcMessage& request) {
        RpcMessage answer{RpcMessage::Kind::kResult, request.id, {}, json::object(), 0, {}};
        if (request.method != "ping") {
            answer = {RpcMessage::Kind::kError, request.id, {}, nullptr, -32601, "not offered"};
        }
        [[maybe_unused]] const auto sent =
            Send(answer, std::chrono::steady_clock::now() + kEndWait);
    }

    // First its own way, then SIGTERM, then SIGKILL.
    void Reap() const {
        for (const int signal : {0, SIGTERM, SIGKILL}) {
            if (signal != 0) ::kill(pid_, signal);
            const auto until = std::chrono::steady_clock::now() + kEndWait;
            while (std::chrono::steady_clock::now() < until) {
                if (::waitpid(pid_, nullptr, WNOHANG) != 0) return;
                std::this_thread::sleep_for(5ms);
            }
        }
    }

    const Descriptor socket_;
    const pid_t pid_;
    const std::string name_;
    const size_t max_bytes_;
    std::mutex write_mutex_;  // one line at a time
    std::mutex mutex_;
    int64_t next_id_ = 1;                                          // GUARDED_BY(mutex_)
    bool ended_ = false;                                           // GUARDED_BY(mutex_)
    std::map<int64_t, std::promise<Result<RpcMessage>>> pending_;  // GUARDED_BY(mutex_)
    std::thread reader_;
};

}  // namespace

Result<std::unique_ptr<McpTransport>> StartMcpProcess(const McpProcessOptions& options) {
    if (options.command.empty()) {
        return Err(ErrorCode::kInvalidArgument, "an MCP server's command is empty");
    }
    // A socket rather than pipes: writing to one whose other end is gone raises no signal.
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return Err(ErrorCode::kResourceExhausted, "no sockets left");
    }
    const Descriptor theirs(ends[1]);
    const auto pid = Spawn(options, theirs.get());
    if (!pid) {
        ::close(ends[0]);
        return std::unexpected(pid.error());
    }
    return std::make_unique<ProcessTransport>(ends[0], *pid, options);
}

}  // namespace argosy::assistant
