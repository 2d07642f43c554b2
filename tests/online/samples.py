"""Made-up attendance reports, each in the form in which a service writes it."""

from __future__ import annotations

ZOOM_LONG = """\
Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent,In Waiting Room
912 3456 7890,Forum,03/18/2031 09:45:00 AM,03/18/2031 12:10:00 PM,host@example.org,145,4,Aoi Host (Host),host@example.org,03/18/2031 09:45:00 AM,03/18/2031 12:10:00 PM,145,No,,No
912 3456 7890,Forum,03/18/2031 09:45:00 AM,03/18/2031 12:10:00 PM,host@example.org,145,4,Ada Lovelace,ada@example.org,03/18/2031 10:00:00 AM,03/18/2031 10:40:00 AM,40,Yes,,No
912 3456 7890,Forum,03/18/2031 09:45:00 AM,03/18/2031 12:10:00 PM,host@example.org,145,4,Ada Lovelace,ada@example.org,03/18/2031 10:30:00 AM,03/18/2031 11:00:00 AM,30,Yes,,No
912 3456 7890,Forum,03/18/2031 09:45:00 AM,03/18/2031 12:10:00 PM,host@example.org,145,4,Bo (Ek Bo),,03/18/2031 09:55:00 AM,03/18/2031 09:59:00 AM,4,Yes,,Yes
912 3456 7890,Forum,03/18/2031 09:45:00 AM,03/18/2031 12:10:00 PM,host@example.org,145,4,Bo (Ek Bo),,03/18/2031 09:59:00 AM,03/18/2031 10:59:00 AM,60,Yes,,No
912 3456 7890,Forum,03/18/2031 09:45:00 AM,03/18/2031 12:10:00 PM,host@example.org,145,4,Otter.ai Notetaker,,03/18/2031 10:00:00 AM,03/18/2031 12:00:00 PM,120,Yes,,No
"""

ZOOM_WITH_INFORMATION = """\
Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
912 3456 7890,Forum,03/18/2031 09:45:00 AM,03/18/2031 12:10:00 PM,host@example.org,145,2

Name (Original Name),User Email,Total Duration (Minutes),Guest
Ada Lovelace,ada@example.org,70,Yes
Carol,,20,Yes
"""

ZOOM_JAPANESE = """\
名前（元の名前）,メール,参加時刻,退出時刻,所要時間（分）,ゲスト
エイダ・ラブレス,ada@example.org,2031/03/18 10:00:00,2031/03/18 11:10:00,70,はい
山田 太郎,,2031/03/18 10:00:00,2031/03/18 10:20:00,20,はい
"""

WEBINAR = """\
Attendee Report
Report Generated:,"Mar 19, 2031 09:00:00"

Topic,Webinar ID,Actual Start Time,Actual Duration (minutes),# Registered,# Cancelled,Unique Viewers,Total Users,Max Concurrent Views
Forum,912 3456 7890,"Mar 18, 2031 09:58:02",120,500,3,446,991,310

Host Details,
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name
Yes,Aoi Host,host@example.org,"Mar 18, 2031 09:50:00","Mar 18, 2031 12:00:00",130,No,Japan

Panelist Details,
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name
Yes,Grace Panel,grace@example.org,"Mar 18, 2031 10:00:00","Mar 18, 2031 11:00:00",60,Yes,United States
Yes,Grace Panel,grace@example.org,"Mar 18, 2031 10:30:00","Mar 18, 2031 11:30:00",60,Yes,United States

Attendee Details,
Attended,User Name (Original Name),First Name,Last Name,Email,City,Registration Time,Approval Status,Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name
Yes,Ada Lovelace,Ada,Lovelace,ada@example.org,London,"Mar 01, 2031 08:00:00",approved,"Mar 18, 2031 10:00:00","Mar 18, 2031 11:10:00",70,Yes,Japan
No,Dora Absent,Dora,Absent,dora@example.org,,"Mar 01, 2031 08:00:00",approved,--,--,--,--,--

Other Attended
User Name,Join Time,Leave Time,Time in Session (minutes),Country/Region Name
+81 90 1234 5678,"Mar 18, 2031 10:05:00","Mar 18, 2031 10:25:00",20,Japan
"""

TEAMS = """\
1. Summary
Meeting title\tForum
Attended participants\t5
Start time\t3/18/31, 9:58:00\u202fAM
End time\t3/18/31, 11:30:00\u202fAM
Meeting duration\t1h 32m
Average attendance time\t40m

2. Participants
Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole
Aoi Host\t3/18/31, 9:58:00\u202fAM\t3/18/31, 11:30:00\u202fAM\t1h 32m\taoi@example.org\taoi@example.org\tOrganizer
Ada Lovelace (External)\t3/18/31, 10:00:00\u202fAM\t3/18/31, 11:20:00\u202fAM\t1h 10m\tada@example.org\tada@example.org\tPresenter
[Acme] Bo Ek (Guest)\t3/18/31, 10:00:00\u202fAM\t3/18/31, 10:30:00\u202fAM\t30m\t\t\tAttendee
Carol Late\t\t\t\tcarol@example.org\tcarol@example.org\tAttendee

3. In-Meeting Activities
Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole
Aoi Host\t3/18/31, 9:58:00\u202fAM\t3/18/31, 11:30:00\u202fAM\t1h 32m\taoi@example.org\tOrganizer
Ada Lovelace (External)\t3/18/31, 10:00:00\u202fAM\t3/18/31, 10:30:00\u202fAM\t30m\tada@example.org\tPresenter
Ada Lovelace (External)\t3/18/31, 10:40:00\u202fAM\t3/18/31, 11:20:00\u202fAM\t40m\tada@example.org\tPresenter
[Acme] Bo Ek (Guest)\t3/18/31, 10:00:00\u202fAM\t3/18/31, 10:30:00\u202fAM\t30m\t\tAttendee
"""

TEAMS_JAPANESE = """\
1. 要約
会議のタイトル\tフォーラム
出席した参加者\t2
開始時刻\t2031/3/18 9:58:00

2. 参加者
名前\t初めての参加\t最終退出\t会議の長さ\tメール\t参加者 ID (UPN)\t役割
主催 葵\t2031/3/18 9:58:00\t2031/3/18 11:30:00\t1 時間 32 分\taoi@example.org\taoi@example.org\t開催者
ラブレス エイダ\t2031/3/18 10:00:00\t2031/3/18 11:20:00\t1 時間 10 分 0 秒\tada@example.org\tada@example.org\t出席者

3. 会議中のアクティビティ
名前\t参加時間\t退出時間\t期間\tメール\t役割
主催 葵\t2031/3/18 9:58:00\t2031/3/18 11:30:00\t1 時間 32 分\taoi@example.org\t開催者
ラブレス エイダ\t2031/3/18 10:00:00\t2031/3/18 10:30:00\t30 分\tada@example.org\t出席者
ラブレス エイダ\t2031/3/18 10:40:00\t2031/3/18 11:20:00\t40 分\tada@example.org\t出席者
"""

TEAMS_OLD = """\
Full Name\tUser Action\tTimestamp
Ada Lovelace\tJoined\t3/18/2031, 10:00:00 AM
Ada Lovelace\tLeft\t3/18/2031, 10:30:00 AM
Ada Lovelace\tJoined before\t3/18/2031, 10:40:00 AM
Ada Lovelace\tLeft\t3/18/2031, 11:20:00 AM
Bo Ek\tJoined\t3/18/2031, 10:00:00 AM
"""

WEBEX = """\
Meeting Name\tMeeting Start Time\tMeeting End Time\tDisplay Name\tFirst Name\tLast Name\tRole\tAttendee Email\tJoin Time\tLeave Time\tAttendance Duration\tConnection Type\tSession Name
Forum\t="2031-03-18 09:58:00"\t="2031-03-18 11:30:00"\tAoi Host\tAoi\tHost\tHost\taoi@example.org\t="2031-03-18 09:58:00"\t="2031-03-18 11:30:00"\t1 hr 32 min\tDesktop app\tMain
Forum\t="2031-03-18 09:58:00"\t="2031-03-18 11:30:00"\tAda Lovelace\tAda\tLovelace\tAttendee\tada@example.org\t="2031-03-18 10:00:00"\t="2031-03-18 11:10:00"\t1 hr 10 min\tMobile app\tMain
Forum\t="2031-03-18 09:58:00"\t="2031-03-18 11:30:00"\tAda Lovelace\tAda\tLovelace\tAttendee\tada@example.org\t="2031-03-18 10:30:00"\t="2031-03-18 10:50:00"\t20 mins\tMobile app\tBreakout 1
Forum\t="2031-03-18 09:58:00"\t="2031-03-18 11:30:00"\tBo Ek\tBo\tEk\tAttendee\tx123@guest.webex.localhost\t="2031-03-18 10:00:00"\t="2031-03-18 10:29:00"\t29 mins\tDesktop app\tMain
"""

MEET = """\
First name,Last name,Email,Duration,Time joined,Time exited
Ada,Lovelace,ada@example.org,1 hr 10 min,10:00,11:10
Bo,Ek,,20 min,10:05,10:25
"""

UNKNOWN = """\
Wer,Wann gekommen,Wann gegangen
Ada Lovelace,18.03.2031 10:00,18.03.2031 11:10
Bo Ek,18.03.2031 10:00,18.03.2031 10:20
"""
