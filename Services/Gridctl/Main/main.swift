import Glibc
import GridctlCore

exit(await Gridctl.run(arguments: Array(CommandLine.arguments.dropFirst())))
