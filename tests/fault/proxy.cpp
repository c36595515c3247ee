#include "fault/proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace dbmig::fault {
namespace {

constexpr unsigned char kQuery = 0x03;            // COM_QUERY
constexpr unsigned char kExecute = 0x17;          // COM_STMT_EXECUTE
constexpr unsigned char kExecuteManyRows = 0xFA;  // COM_STMT_BULK_EXECUTE
constexpr std::size_t kHeader = 4;                // three bytes of length, one of sequence

sockaddr_un address(const std::filesystem::path& path) {
  sockaddr_un result{};
  result.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof(result.sun_path)) {
    throw std::invalid_argument("too long for a socket: " + path.string());
  }
  std::strncpy(result.sun_path, path.c_str(), sizeof(result.sun_path) - 1);
  return result;
}

bool send_all(int to, const unsigned char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::send(to, bytes, size, MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool read_all(int from, unsigned char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::recv(from, bytes, size, 0);
    if (n <= 0) return false;
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

/// A packet with its header; empty at the connection's end.
std::vector<unsigned char> read_packet(int from) {
  std::vector<unsigned char> packet(kHeader);
  if (!read_all(from, packet.data(), kHeader)) return {};
  const std::size_t size = packet[0] | (packet[1] << 8U) | (packet[2] << 16U);
  packet.resize(kHeader + size);
  if (!read_all(from, packet.data() + kHeader, size)) return {};
  return packet;
}

/// Commands begin a sequence; the packets of the login and further parts of long ones do not.
bool carries_statement(const std::vector<unsigned char>& packet) {
  if (packet.size() <= kHeader || packet[3] != 0) return false;
  const unsigned char command = packet[kHeader];
  return command == kQuery || command == kExecute || command == kExecuteManyRows;
}

/// Passes on the server's greeting, without the capability to take many rows at once.
/// Source: https://mariadb.com/kb/en/connection/#initial-handshake-packet
bool greet(int server, int client) {
  constexpr std::size_t kVersion = kHeader + 1;  // after the protocol's number; ends with a zero
  constexpr std::size_t kToCapabilities = 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 6;
  constexpr unsigned char kBulkOperations = 1U << 2U;
  std::vector<unsigned char> packet = read_packet(server);
  const auto version_end = std::find(packet.begin() + kVersion, packet.end(), 0);
  if (packet.end() - version_end <= static_cast<std::ptrdiff_t>(kToCapabilities)) return false;
  version_end[1 + kToCapabilities] &= static_cast<unsigned char>(~kBulkOperations);
  return send_all(client, packet.data(), packet.size());
}

/// Whatever comes from the server goes to the client, as it is.
bool pass_back(int server, int client) {
  std::array<unsigned char, 65536> buffer;
  const ssize_t n = ::recv(server, buffer.data(), buffer.size(), 0);
  return n > 0 && send_all(client, buffer.data(), static_cast<std::size_t>(n));
}

}  // namespace

Proxy::Proxy(std::filesystem::path own, std::filesystem::path server)
    : own_(std::move(own)), server_(std::move(server)) {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un place = address(own_);
  constexpr int kWaiting = 16;
  if (listener_ < 0 ||
      ::bind(listener_, reinterpret_cast<const sockaddr*>(&place), sizeof(place)) != 0 ||
      ::listen(listener_, kWaiting) != 0) {
    throw std::system_error(errno, std::generic_category(), own_.string());
  }
  acceptor_ = std::thread([this] { accept(); });
}

Proxy::~Proxy() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard guard(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& connection : connections_) connection.join();
  ::close(listener_);
  std::error_code ignored;
  std::filesystem::remove(own_, ignored);
}

void Proxy::watch() {
  arm(0, Moment::before, [] {});
}

void Proxy::arm(std::size_t n, Moment moment, std::function<void()> act) {
  strike_at_ = 0;
  moment_ = moment;
  act_ = std::move(act);
  struck_ = false;
  count_ = 0;
  strike_at_ = n;
}

void Proxy::accept() {
  for (;;) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    connections_.emplace_back([this, client] { serve(client); });
  }
}

void Proxy::serve(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  {
    const std::lock_guard guard(mutex_);
    open_.insert({client, server});
  }
  const sockaddr_un place = address(server_);
  bool is_open = ::connect(server, reinterpret_cast<const sockaddr*>(&place), sizeof(place)) == 0;
  if (is_open && hides_bulk_commands_) is_open = greet(server, client);
  while (is_open) {
    std::array<pollfd, 2> fds{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), -1) < 0) break;
    if (fds[1].revents != 0) is_open = pass_back(server, client);
    if (is_open && fds[0].revents != 0) {
      const std::vector<unsigned char> packet = read_packet(client);
      is_open = !packet.empty() && forward(packet, server);
    }
  }
  const std::lock_guard guard(mutex_);
  open_.erase(client);
  open_.erase(server);
  ::close(client);
  ::close(server);
}

bool Proxy::forward(const std::vector<unsigned char>& packet, int server) {
  if (carries_statement(packet) && ++count_ == strike_at_) {
    strike(server, packet);
    return false;
  }
  return send_all(server, packet.data(), packet.size());
}

void Proxy::strike(int server, const std::vector<unsigned char>& packet) {
  if (moment_ != Moment::before) send_all(server, packet.data(), packet.size());
  if (moment_ == Moment::after) {
    // The first byte of the answer says that the statement has done all it does.
    pollfd answer{server, POLLIN, 0};
    ::poll(&answer, 1, -1);
  }
  struck_ = true;
  act_();
}

}  // namespace dbmig::fault
