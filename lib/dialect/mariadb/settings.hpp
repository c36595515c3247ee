#pragma once

#include <string_view>

namespace dbmig::dialect::mariadb {

/// What the meaning of our statements and of their answers counts on, whatever the server's
/// configuration and its init_connect say: the defaults of MariaDB 10.5 and later. Every connection
/// and every script begins with it.
///
/// Left as the server has them: time_zone, by which its other clients read and write TIMESTAMP
/// values too; auto_increment_increment and _offset, which keep the nodes of a cluster apart; lock
/// time-outs, which are set where something waits; system_versioning_asof, which a session cannot
/// take back. Values are written out, since `= DEFAULT` is the server's own.
/// Source: https://mariadb.com/kb/en/server-system-variables/
inline constexpr std::string_view kSessionSettings =
    "SET SESSION "
    // No silent truncation, no silent change of engine; backslash and "text" as documented.
    "sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,"
    "NO_ENGINE_SUBSTITUTION', default_storage_engine = 'InnoDB', innodb_strict_mode = 1, "
    "innodb_compression_default = 0, alter_algorithm = 'DEFAULT', "
    "system_versioning_alter_history = 'ERROR', "
    // Whether rows are checked, and when they are kept.
    "foreign_key_checks = 1, unique_checks = 1, check_constraint_checks = 1, autocommit = 1, "
    "completion_type = 'NO_CHAIN', tx_isolation = 'REPEATABLE-READ', tx_read_only = 0, "
    // How much of an answer arrives, and how it is spelled.
    "sql_quote_show_create = 1, sql_select_limit = 18446744073709551615, "
    "max_join_size = 18446744073709551615, sql_big_selects = 1, "
    "group_concat_max_len = 1073741824, sql_auto_is_null = 0, sql_safe_updates = 0, "
    "div_precision_increment = 4, default_week_format = 0, default_regex_flags = '', "
    "lc_time_names = 'en_US', lc_messages = 'en_US', "
    // Nothing but dbmig ends a statement, or a session that waits for its input.
    "max_statement_time = 0, wait_timeout = 28800, idle_transaction_timeout = 0, "
    "idle_write_transaction_timeout = 0, idle_readonly_transaction_timeout = 0"
    // From 10.6.1 on `utf8` may mean utf8mb4.
    "/*M!100601 , old_mode = 'UTF8_IS_UTF8MB3' */";

}  // namespace dbmig::dialect::mariadb
