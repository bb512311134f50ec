package serve

import "syscall"

// silentKinds are the file systems whose files may change on another machine,
// or on the one around this virtual one, without inotify hearing of it: by the
// numbers of linux/magic.h, and of the file system itself where it is not
// there.
var silentKinds = []struct {
	number uint32
	name   string
}{
	{0x01021997, "9p"},     // V9FS_MAGIC; also Windows's drives in WSL 2 (drvfs)
	{0x6969, "nfs"},        // NFS_SUPER_MAGIC
	{0xff534d42, "cifs"},   // CIFS_SUPER_MAGIC
	{0xfe534d42, "smb2"},   // SMB2_SUPER_MAGIC
	{0x517b, "smb"},        // SMB_SUPER_MAGIC
	{0x65735546, "fuse"},   // FUSE_SUPER_MAGIC; also virtiofs and sshfs
	{0x786f4256, "vboxsf"}, // VBOXSF_SUPER_MAGIC of fs/vboxsf/super.c
	{0xbacbacbc, "vmhgfs"}, // HGFS_SUPER_MAGIC of VMware's module
	{0x7c7c6673, "prl_fs"}, // PRLFS_MAGIC of Parallels's module
	{0x00c36400, "ceph"},   // CEPH_SUPER_MAGIC
	{0x5346414f, "afs"},    // AFS_SUPER_MAGIC
	{0x6b414653, "kafs"},   // AFS_FS_MAGIC
	{0x53464846, "wslfs"},  // of WSL 1, which hears of no changes by Windows's programs
	{0x01161970, "gfs2"},   // GFS2_MAGIC of fs/gfs2
	{0x0bd00bd0, "lustre"}, // LL_SUPER_MAGIC of Lustre's module
}

// silentKind returns the name of the file system that a folder is on, if it
// does not tell of all changes (statfs(2)).
func silentKind(folder string) (name string, ok bool) {
	var fs syscall.Statfs_t
	if syscall.Statfs(folder, &fs) != nil {
		return "", false // whoever opens the folder will say why
	}
	for _, k := range silentKinds {
		if k.number == uint32(fs.Type) {
			return k.name, true
		}
	}
	return "", false
}
