#include "retrieval/load/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace argosy::retrieval {

namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kMaxErrors = 4096;

class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd() { Close(); }
    void Close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    int get() const { return fd_; }

  private:
    int fd_ = -1;
};

struct Pipe {
    Fd read, write;
    bool Open() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return false;
        read = Fd(ends[0]);
        write = Fd(ends[1]);
        return true;
    }
};

// Everything the child needs, made before the fork: after it only async-signal-safe calls are
// allowed, for other threads may have held locks.
struct ChildPlan {
    const char* program;
    char* const* arguments;
    int input, output, errors;
    rlim_t memory, cpu_seconds;
    pid_t parent;
};

void Limit(__rlimit_resource resource, rlim_t value) {
    const rlimit limit{value, value};
    ::setrlimit(resource, &limit);
}

[[noreturn]] void BecomeChild(const ChildPlan& plan) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != plan.parent) ::_exit(127);  // it died before the line above
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::dup2(plan.input, STDIN_FILENO);
    ::dup2(plan.output, STDOUT_FILENO);
    ::dup2(plan.errors, STDERR_FILENO);
    ::syscall(SYS_close_range, 3U, ~0U, 0U);
    Limit(RLIMIT_AS, plan.memory);
    Limit(RLIMIT_CPU, plan.cpu_seconds);
    Limit(RLIMIT_FSIZE, 0);
    Limit(RLIMIT_CORE, 0);
    Limit(RLIMIT_NOFILE, 64);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    char path[] = "PATH=/usr/bin:/bin";
    char locale[] = "LC_ALL=C";
    char* const environment[] = {path, locale, nullptr};
    ::execve(plan.program, plan.arguments, environment);
    ::_exit(127);
}

// Reads what is there; false at the end.
template <typename OnBytes>
bool ReadSome(int fd, const OnBytes& on_bytes) {
    char buffer[64 << 10];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    if (got > 0) on_bytes(std::string_view(buffer, static_cast<size_t>(got)));
    return got > 0;
}

class Run {
  public:
    Run(pid_t child, Fd output, Fd errors, Clock::time_point until)
        : child_(child), output_(std::move(output)), errors_(std::move(errors)), until_(until) {}

    Result<SubprocessEnd> Wait(const std::function<bool(std::string_view)>& on_output) {
        while (output_.get() >= 0 || errors_.get() >= 0) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Clock::now());
            if (left.count() <= 0) break;
            std::array<pollfd, 2> ends{{{output_.get(), POLLIN, 0}, {errors_.get(), POLLIN, 0}}};
            if (::poll(ends.data(), ends.size(), static_cast<int>(left.count())) < 0) continue;
            if (ends[0].revents != 0) TakeOutput(on_output);
            if (ends[1].revents != 0) TakeErrors();
            if (end_.cancelled) break;
        }
        return Reap();
    }

  private:
    void TakeOutput(const std::function<bool(std::string_view)>& on_output) {
        const bool more = ReadSome(output_.get(), [&](std::string_view bytes) {
            if (!on_output(bytes)) end_.cancelled = true;
        });
        if (!more) output_.Close();
    }

    void TakeErrors() {
        const bool more = ReadSome(errors_.get(), [&](std::string_view bytes) {
            end_.errors += bytes.substr(0, kMaxErrors - std::min(kMaxErrors, end_.errors.size()));
        });
        if (!more) errors_.Close();
    }

    // A program that closed its streams has until the deadline to end by itself.
    Result<SubprocessEnd> Reap() {
        int status = 0;
        bool late = false;
        if (end_.cancelled) ::kill(child_, SIGKILL);
        while (true) {
            const pid_t ended = ::waitpid(child_, &status, end_.cancelled || late ? 0 : WNOHANG);
            if (ended == child_) break;
            if (ended < 0 && errno != EINTR) {
                return Err(ErrorCode::kInternal, "its end was not told: {}", std::strerror(errno));
            }
            late = Clock::now() >= until_;
            if (late) {
                ::kill(child_, SIGKILL);
            } else {
                ::poll(nullptr, 0, 1);
            }
        }
        ::kill(-child_, SIGKILL);  // what it may have started itself
        if (late) {
            return Err(ErrorCode::kDeadlineExceeded, "took longer than its time limit");
        }
        end_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        end_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        return std::move(end_);
    }

    pid_t child_;
    Fd output_, errors_;
    Clock::time_point until_;
    SubprocessEnd end_;
};

}  // namespace

Result<SubprocessEnd> RunSubprocess(const SubprocessOptions& options,
                                    const std::function<bool(std::string_view)>& on_output) {
    Pipe output;
    Pipe errors;
    Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!output.Open() || !errors.Open()) {
        return Err(ErrorCode::kInternal, "no pipe for {}: {}", options.program,
                   std::strerror(errno));
    }
    std::vector<std::string> words = options.arguments;
    words.insert(words.begin(), options.program);
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.time).count();
    const ChildPlan plan{options.program.c_str(),
                         arguments.data(),
                         options.input >= 0 ? options.input : nothing.get(),
                         output.write.get(),
                         errors.write.get(),
                         options.memory_bytes,
                         static_cast<rlim_t>(seconds) + 1,
                         ::getpid()};
    const pid_t child = ::fork();
    if (child == 0) BecomeChild(plan);
    if (child < 0) {
        return Err(ErrorCode::kInternal, "cannot start {}: {}", options.program,
                   std::strerror(errno));
    }
    output.write.Close();
    errors.write.Close();
    return Run(child, std::move(output.read), std::move(errors.read), Clock::now() + options.time)
        .Wait(on_output);
}

std::string FindProgram(const std::string& name, const std::string& path) {
    if (name.find('/') != std::string::npos) {
        return ::access(name.c_str(), X_OK) == 0 ? name : std::string();
    }
    size_t at = 0;
    while (at <= path.size()) {
        const size_t end = std::min(path.find(':', at), path.size());
        std::string candidate = path.substr(at, end - at);
        const bool named = !candidate.empty();
        candidate += "/" + name;
        if (named && ::access(candidate.c_str(), X_OK) == 0) return candidate;
        at = end + 1;
    }
    return {};
}

}  // namespace argosy::retrieval
