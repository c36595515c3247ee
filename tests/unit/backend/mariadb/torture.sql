CREATE SEQUENCE `s1`;
CREATE SEQUENCE `s 2` start with 100 minvalue 10 maxvalue 1000 increment by 5 cache 20 cycle;
CREATE SEQUENCE `s3` nocache engine=MyISAM comment='a ''sequence''';
CREATE SEQUENCE `s4` increment by -1;
CREATE TABLE `parent` (`id` int NOT NULL AUTO_INCREMENT PRIMARY KEY, `code` char(3) CHARACTER SET ascii NOT NULL UNIQUE) ENGINE=InnoDB AUTO_INCREMENT=50;
CREATE TABLE `plain types` (
  `u` uuid DEFAULT uuid(), `i4` inet4 DEFAULT '1.2.3.4', `i6` inet6 DEFAULT '::1', `y` year DEFAULT 2020,
  `b` bit(5) DEFAULT b'101', `nb` bit(64) DEFAULT b'1', `ts` timestamp(3) NULL DEFAULT now(3) ON UPDATE now(3),
  `dt` datetime DEFAULT current_timestamp, `dd` date DEFAULT (curdate()), `dec1` decimal(10,3) DEFAULT 1.5,
  `fl` float(7,2), `ff` float DEFAULT 1e30, `db` double unsigned, `d2` double(8,3) DEFAULT 0.1, `tm` time(2) DEFAULT '10:11:12.5', `yy` int DEFAULT (1+2),
  `zz` varchar(20) DEFAULT concat('a','b'), `st` set('a','b''c') DEFAULT 'a', `en` enum('x','y z','it''s','\\') CHARACTER SET latin1 NOT NULL DEFAULT 'y z',
  `la` varchar(10) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'é', `nn` varchar(10) NOT NULL DEFAULT 'NULL', `em` varchar(10) NOT NULL DEFAULT '',
  `ttt` timestamp NOT NULL DEFAULT '2020-01-01 00:00:00', `tt` timestamp NULL, `t2` datetime(2) NOT NULL, `vb` binary(3) DEFAULT 'a', `bs` binary(16) DEFAULT x'00ff',
  `vv` varbinary(8) DEFAULT x'ff00', `emo` varchar(10) DEFAULT '😀', `js` json DEFAULT '{}', `j2` json CHECK (json_length(`j2`) < 5), `bl` blob DEFAULT 'xx', `nx` text DEFAULT (uuid()),
  `sq` bigint DEFAULT nextval(`s1`), `z` int(5) zerofill DEFAULT 5, `neg` int DEFAULT -3, `w` tinyint(2), `bo` boolean NOT NULL DEFAULT true, `t1` tinyint(1) unsigned, `bi` bigint(10) unsigned,
  `qm` varchar(5) DEFAULT 'a?b', `bsl` varchar(5) DEFAULT '\\n', `nl` varchar(5) DEFAULT 'a\nb', `c1` char(1), `c0` char(0), `b0` binary(0), `lt` longtext, `mb` mediumblob, `tb` tinyblob, `ty` tinytext,
  `dtd` datetime NOT NULL DEFAULT '0000-00-00 00:00:00', `inv` varchar(3) INVISIBLE DEFAULT 'x', `cp` varchar(100) COMPRESSED, `cb` blob COMPRESSED NOT NULL, `cmt` int COMMENT 'it''s a "comment" \\ with\nlines',
  `a1` int AUTO_INCREMENT PRIMARY KEY
) COMMENT='it''s "q" \\ x' STATS_PERSISTENT=1 CHECKSUM=1;
CREATE TABLE `shapes` (`p` point REF_SYSTEM_ID=4326 NOT NULL, `l` linestring, `g` geometry NOT NULL, `mp` multipolygon, `gc` geometrycollection, SPATIAL KEY `sp` (`p`), SPATIAL KEY `sg` (`g`)) ENGINE=Aria;
CREATE TABLE `keys` (
  `a` int NOT NULL, `b` varchar(200), `c` text, `d` varchar(2000), `e` int, `f` char(10),
  PRIMARY KEY (`a` DESC), KEY `k1` (`b`(10) DESC,`a`), UNIQUE KEY `u0` (`f`), UNIQUE KEY `u1` (`b`) COMMENT 'uc', UNIQUE KEY `u2` (`e`,`f`), KEY `k2` (`a`) USING HASH, KEY `kb` (`e`) USING BTREE,
  FULLTEXT KEY `ft` (`c`) COMMENT 'f', UNIQUE KEY `uh` (`d`), KEY `k5` (`c`(20)), KEY `ig` (`f`) IGNORED, FULLTEXT KEY `ft2` (`b`,`c`), UNIQUE KEY `up` (`b`(5),`e` DESC));
CREATE TABLE `checks` (
  `id` int PRIMARY KEY, `x` int CHECK (`x` > 1 AND (`x` < 100 OR `x` = 500)), `y` int, `s` varchar(20) CHECK (`s` LIKE 'a%' OR `s` REGEXP '^b' OR length(`s`) between 2 and 10),
  `g1` int AS (`y` + 1) VIRTUAL COMMENT 'g', `g2` int GENERATED ALWAYS AS (`y` * 2) STORED UNIQUE, `g3` varchar(50) AS (concat(`s`, '-', coalesce(`y`, 0))) INVISIBLE,
  `g4` varchar(10) AS (CASE WHEN `y` > 1 THEN 'a' ELSE 'b' END) STORED, `js` json, `g5` int AS (json_value(`js`, '$.a')) VIRTUAL, `g6` date AS (cast(`s` AS date)) VIRTUAL,
  CONSTRAINT `named` CHECK (`y` in (1,2,3) and `x` is not null), CHECK (`y` <> 7), CHECK (not (`x` = 3 or `y` = 4)), CONSTRAINT `a much longer check than sixty-four bytes` CHECK (`y` + `x` * 2 - 3 > (`x` - 1) / 2 and `s` <> 'something rather long to be cut'));
CREATE TABLE `child` (
  `id` int, `p` int, `q` int, `code` char(3) CHARACTER SET ascii, `up` int,
  PRIMARY KEY (`id`), CONSTRAINT `fk_z` FOREIGN KEY (`p`) REFERENCES `parent` (`id`) ON DELETE CASCADE ON UPDATE NO ACTION, CONSTRAINT `fk_a` FOREIGN KEY (`q`) REFERENCES `parent` (`id`) ON DELETE SET NULL,
  FOREIGN KEY (`code`) REFERENCES `parent` (`code`) ON DELETE NO ACTION ON UPDATE CASCADE, CONSTRAINT `self` FOREIGN KEY (`up`) REFERENCES `child` (`id`) ON DELETE RESTRICT);
CREATE TABLE `circle a` (`id` int PRIMARY KEY, `b` int);
CREATE TABLE `circle b` (`id` int PRIMARY KEY, `a` int, CONSTRAINT `ba` FOREIGN KEY (`a`) REFERENCES `circle a` (`id`));
ALTER TABLE `circle a` ADD CONSTRAINT `ab` FOREIGN KEY (`b`) REFERENCES `circle b` (`id`);
CREATE TABLE `odd ``n%` (`a``b` int DEFAULT 3, `select` int, `né` varchar(3), `日本` int, `q"x` int, `p%s` int, KEY `i``x` (`a``b`), CONSTRAINT `c"%` CHECK (`a``b` > `select` or `日本` = 1));
CREATE TABLE `sv implied` (`a` int, `b` int WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING;
CREATE TABLE `sv explicit` (`a` int PRIMARY KEY, `rs` timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE, `re` timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (`rs`, `re`)) WITH SYSTEM VERSIONING;
CREATE TABLE `sv parts` (`a` int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 MONTH (PARTITION `p0` HISTORY, PARTITION `pn` CURRENT);
CREATE TABLE `p range` (`id` int, `d` date, `s` varchar(10)) PARTITION BY RANGE COLUMNS(`d`,`id`) SUBPARTITION BY HASH(`id`) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN ('2020-01-01',5) COMMENT 'x', PARTITION p1 VALUES LESS THAN (MAXVALUE,MAXVALUE));
CREATE TABLE `p key` (`id` int) PARTITION BY KEY(`id`) PARTITIONS 4;
CREATE TABLE `p list` (`id` int, `s` varchar(10)) PARTITION BY LIST(`id`) (PARTITION a VALUES IN (1,2,null), PARTITION b DEFAULT);
CREATE TABLE `p hash` (`id` int, `y` int) PARTITION BY LINEAR HASH(`id`+`y`) PARTITIONS 3;
CREATE TABLE `p days` (`d` date NOT NULL, PRIMARY KEY (`d`)) PARTITION BY RANGE (to_days(`d`)) (PARTITION p0 VALUES LESS THAN (to_days('2020-01-01')), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE TABLE `memory` (`a` int PRIMARY KEY AUTO_INCREMENT, `b` int, KEY `h` (`b`) USING BTREE, KEY `i` (`b`)) ENGINE=MEMORY MAX_ROWS=100 MIN_ROWS=10 AVG_ROW_LENGTH=50;
CREATE TABLE `aria` (`a` int) ENGINE=Aria TRANSACTIONAL=0 PAGE_CHECKSUM=1;
CREATE TABLE `myisam` (`a` int NOT NULL, `b` char(10), UNIQUE KEY `ub` (`b`), FULLTEXT KEY `fb` (`b`)) ENGINE=MyISAM PACK_KEYS=1 DELAY_KEY_WRITE=1 ROW_FORMAT=FIXED;
CREATE TABLE `merged` (`a` int NOT NULL, `b` char(10), KEY `ub` (`b`)) ENGINE=MERGE UNION=(`myisam`) INSERT_METHOD=LAST;
CREATE TABLE `compressed` (`a` int) PAGE_COMPRESSED=1 PAGE_COMPRESSION_LEVEL=3 `encrypted`=NO;
CREATE TABLE `rows` (`a` int) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8;
CREATE TABLE `prefixed` (`a` varchar(300) NOT NULL, `b` int, PRIMARY KEY (`a`(20),`b`));
CREATE TABLE `latin` (`a` char(3), `b` text CHARACTER SET ascii, `c` varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, `n` national char(3), `js` json, `bin` char(3) CHARACTER SET binary, `own` varchar(3) COLLATE latin1_german1_ci, `u` varchar(3) CHARACTER SET utf8mb4) CHARSET=latin1;
CREATE TABLE `mb3` (`a` char(3), `b` enum('a','b'), `t` mediumtext) CHARSET=utf8mb3 COLLATE=utf8mb3_bin;
CREATE FUNCTION `f1`(a int, b varchar(10) charset latin1) RETURNS varchar(20) CHARSET utf8mb4 DETERMINISTIC READS SQL DATA SQL SECURITY INVOKER COMMENT 'it''s'
BEGIN
  DECLARE x int; -- a comment; with a semicolon
  /* another */ RETURN concat(a, b);
END;
CREATE FUNCTION `f2`() RETURNS int RETURN (SELECT max(id) FROM `parent`);
CREATE AGGREGATE FUNCTION `agg`(x int) RETURNS int BEGIN DECLARE t int DEFAULT 0; DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN t; LOOP FETCH GROUP NEXT ROW; SET t = t + x; END LOOP; END;
CREATE DEFINER=`somebody`@`10.%` PROCEDURE `p2`() SQL SECURITY INVOKER SELECT 1;
CREATE PROCEDURE `loops`(n int) BEGIN l1: WHILE n > 0 DO IF n = 3 THEN ITERATE l1; END IF; SET n = n - 1; END WHILE; REPEAT SET n = n + 1; UNTIL n > 5 END REPEAT; CASE n WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; END;
CREATE EVENT `e1` ON SCHEDULE EVERY 1 HOUR STARTS '2037-01-01 00:00:00' ENDS '2038-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'c' DO BEGIN SELECT 1; END;
CREATE EVENT `e2` ON SCHEDULE AT '2037-01-01 10:00:00' DO SELECT 1;
CREATE DEFINER=`x`@`%` EVENT `e3` ON SCHEDULE EVERY '1:30' HOUR_MINUTE DISABLE DO INSERT INTO `aria` VALUES (1);
CREATE TRIGGER `t1` AFTER UPDATE ON `child` FOR EACH ROW BEGIN IF NEW.p <> OLD.p THEN SET @a = ':x'; /* c */ END IF; END;
CREATE DEFINER=`somebody`@`%` TRIGGER `t2` AFTER UPDATE ON `child` FOR EACH ROW SET @b = 1;
CREATE VIEW `v1` AS SELECT * FROM `parent` WITH LOCAL CHECK OPTION;
CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW `v2` (`x`,`y`) AS SELECT id, CASE WHEN id > 1 THEN 'a' ELSE code END FROM parent WHERE id IN (SELECT p FROM child) WITH CASCADED CHECK OPTION;
CREATE ALGORITHM=TEMPTABLE DEFINER=`x y`@`%` VIEW `v3` AS SELECT a.id FROM parent a UNION ALL SELECT p FROM child;
CREATE VIEW `a reads v2` AS WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT r.n, v.x, f1(r.n, 'x') AS fx, nextval(s1) AS nx FROM r LEFT JOIN v2 v ON v.x = r.n;
CREATE VIEW `v5` AS SELECT 1 AS `a``b`, '1', 1 + 1, (SELECT max(`id`) FROM `parent`), _utf8mb4'x' COLLATE utf8mb4_bin, DATE '2020-01-01', 'it''s', count(DISTINCT id), group_concat(id ORDER BY code DESC SEPARATOR ', '), cast('1' AS unsigned), convert('a' USING latin1), extract(year FROM now()), interval(1,2,3), 'a' LIKE 'b' ESCAPE '|', json_extract('{}', '$.a'), now() + INTERVAL 1 DAY, trim(BOTH 'x' FROM 'xax'), substring('abc' FROM 2 FOR 1), position('a' IN 'ba'), if(1, 2, 3), 5 DIV 2, 5 MOD 2, 1 <=> NULL, NOT 1, !0, ~1, -id, 1 XOR 0, x'41', 0x41, b'1', true, null IS NULL, 1 IS NOT TRUE, char(65 USING utf8mb4), timestampdiff(DAY, now(), now()), date_format(now(), '%Y-%m') FROM parent;
CREATE VIEW `v6` AS SELECT id, row_number() OVER (PARTITION BY code ORDER BY id DESC) AS rn, sum(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run, lag(id, 1) OVER w AS lg FROM parent WINDOW w AS (ORDER BY id);
CREATE VIEW `v7` AS SELECT p.code, count(*) AS n FROM parent p JOIN child c ON c.p = p.id AND c.q IS NULL CROSS JOIN `latin` RIGHT JOIN `mb3` m ON m.a = p.code GROUP BY p.code WITH ROLLUP;
CREATE VIEW `v8` AS SELECT * FROM (SELECT id FROM parent WHERE id > ANY (SELECT q FROM child)) d NATURAL JOIN parent WHERE EXISTS (SELECT 1 FROM child WHERE child.p = d.id) HAVING id > 0 ORDER BY id DESC LIMIT 5 OFFSET 1;
CREATE VIEW `v9` AS (SELECT id FROM parent LIMIT 1) UNION (SELECT id FROM child ORDER BY id LIMIT 2) EXCEPT SELECT 3;
CREATE VIEW `va` AS SELECT jt.* FROM json_table('[{"a":1}]', '$[*]' COLUMNS (a int PATH '$.a')) AS jt;
CREATE VIEW `vb` AS SELECT * FROM `sv implied` FOR SYSTEM_TIME ALL;
