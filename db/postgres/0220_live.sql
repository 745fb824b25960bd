-- Segments that keep up: asked again for those whose answer may be another, and telling who came and who went.

alter table segments.segment
  add column live         boolean not null default false,  -- real time: asked for the customers of each batch
  add column tells_inside boolean not null default false;  -- at the first filling, who is inside already enters as well (rule 20)

alter table segments.snapshot
  add column asked     bigint,                             -- how many customers were asked; null: all
  add column whole_at  timestamptz,                        -- when all were asked last
  add column why       jsonb,                              -- {zh, en}: why all were asked, where that is to be said
  add column processed timestamptz,                        -- up to where the events stood …
  add column copies    bigint,                             -- … and the copies of customers and things
  add column generation text,
  add column print     text,                               -- of what was asked, without the instant: another one is another question
  add column uses      jsonb not null default '{}',        -- the snapshots of other segments that answered: {"seg version": "snp"}
  add column before    text,                               -- the answer that this one is told against; null: told against nothing
  add column entered   bigint not null default 0,
  add column left_     bigint not null default 0,
  add column told      bigint;                             -- customers up to this number were told of; null: nothing is left to tell
create index snapshot_telling on segments.snapshot (id) where told is not null;

-- How far each real-time segment is: the answer it began with, and up to where it is followed.
create table segments.live (
  segment    text        primary key references segments.segment,
  version    int         not null,
  snapshot   text        not null,
  print      text        not null,
  at         timestamptz not null,
  processed  timestamptz not null,
  copies     bigint      not null,
  generation text        not null,
  uses       jsonb       not null default '{}',
  next_at    timestamptz                                   -- when time alone may change somebody's answer; null: never
);

-- Who came and who went since that answer. In one transaction with how far the segment is, so that none is forgotten or told twice.
create sequence segments.step as bigint;
create table segments.move (
  step     bigint      not null,
  segment  text        not null,
  customer int         not null,
  entered  boolean     not null,
  version  int         not null,
  at       timestamptz not null,
  told     boolean     not null default false,
  primary key (segment, customer, step)
);
create index move_untold on segments.move (step) where not told;

-- What the product itself says of customers is planned like any other event.
insert into catalog.event (name, zh, en, mode, state, owner, description) values
  ('$segment_enter', '进入客群', 'Entered a segment', 'warn', 'active', '', '客户开始满足客群规则时由系统记录'),
  ('$segment_leave', '离开客群', 'Left a segment', 'warn', 'active', '', '客户不再满足客群规则时由系统记录')
on conflict (name) do nothing;
insert into catalog.property (event, name, zh, en, type, unit, required, state, description)
select event, name, zh, en, type, '', false, 'active', ''
from (values ('$segment_enter'), ('$segment_leave')) e (event),
     (values ('segment', '客群编号', 'Segment id', 'text'), ('segment_name', '客群名称', 'Segment name', 'text'),
             ('version', '客群版本', 'Segment version', 'integer')) p (name, zh, en, type)
on conflict (event, name) do nothing;
insert into catalog.property (event, name, zh, en, type, unit, required, state, description) values
  ('$segment_enter', 'inside', '首次计算时已在其中', 'Inside at the first filling', 'boolean', '', false, 'active', '')
on conflict (event, name) do nothing;
