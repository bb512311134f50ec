package daemon

// task is what the task scheduler of Windows reads ([MS-TSCH], section 2.5,
// "Task Schema"). It runs with the least rights of its user, on battery, too,
// and is never ended for having run long.
func task(program, user string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<!-- ` + mark + `; limen daemon install (with the flag remove) removes it -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>` + escaped(user) + `</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>` + escaped(user) + `</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>` + escaped(program) + `</Command>
      <Arguments>daemon start</Arguments>
    </Exec>
  </Actions>
</Task>
`
}
