-- Made by dbmig 0.1 before the history had a format, killed in its second revision: mariadb-dump
CREATE TABLE `customer` (
  `id` int(11) NOT NULL,
  `name` varchar(20) DEFAULT NULL,
  PRIMARY KEY (`id`)
);
CREATE TABLE `dbmig_revisions` (
  `id` varchar(64) NOT NULL,
  `parents` text NOT NULL,
  `message` text NOT NULL,
  `checksum` varchar(80) NOT NULL,
  `applied_at` varchar(32) NOT NULL,
  `duration_ms` bigint(20) NOT NULL,
  `statements_total` bigint(20) NOT NULL,
  `statements_done` bigint(20) NOT NULL,
  `under_way` varchar(16) NOT NULL,
  `operations_done` bigint(20) NOT NULL,
  `statement` longtext NOT NULL,
  `text` longtext NOT NULL,
  `origin` varchar(16) NOT NULL DEFAULT '',
  `ran` longtext NOT NULL DEFAULT '',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO `dbmig_revisions` VALUES ('aaa','','first table','v1:6ea11a74f0bffcd47c92bda571187fa525d2cea673ce97a8627b83609d5aa66e','2026-11-28T17:39:20.356174Z',3,1,1,'',0,'','revision: aaa\nparents: []\nmessage: first table\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n  - create_table: {customer: {columns: {id: integer, name: varchar(20)}, primary_key: [id]}}\n','applied','');
INSERT INTO `dbmig_revisions` VALUES ('bbb','aaa','two more tables','v1:54b9ec16619914710d3817c4b6232eb447dfb0e25d6fbb62fdf949d3f294e8a6','2026-11-28T17:39:21.387014Z',0,3,1,'upgrade',0,'','revision: bbb\nparents: [aaa]\nmessage: two more tables\ncreated: 2026-01-02T00:00:00Z\nupgrade:\n  - create_table: {invoice: {columns: {id: integer}, primary_key: [id]}}\n  - execute: {mariadb: \"DO GET_LOCK(\'dbmig_fixture\', 20)\", sqlite: \"SELECT 1\"}\n  - create_table: {payment: {columns: {id: integer}, primary_key: [id]}}\ndowngrade:\n  - drop_table: payment\n  - drop_table: invoice\n','applied','b1546d233c08b0d2');
CREATE TABLE `invoice` (
  `id` int(11) NOT NULL,
  PRIMARY KEY (`id`)
);
